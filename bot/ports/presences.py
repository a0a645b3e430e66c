"""The ledger of Slack's answers about people and user groups, so that a sweep needn't ask again for hours."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Known:
    """One of Slack's answers: for a person, membership and time zone; for a group, its members."""

    id: str
    facts: Mapping[str, Any]
    read_at: datetime


class Presences(Protocol):
    """Slack's answers, by id of a person or user group."""

    def by_ids(self, ids: Sequence[str]) -> Mapping[str, Known]:
        """The last answer about each of these, however old. Those without an answer are left out."""
        ...

    def store(self, answers: Iterable[Known]) -> None:
        """Store Slack's answer and clear the request for it."""
        ...

    def request(self, ids: Sequence[str], now: datetime) -> None:
        """Request an answer, because Slack couldn't be asked now or returned an error."""
        ...

    def mark_failed(self, ids: Sequence[str], now: datetime) -> None:
        """Slack returned an error."""
        ...

    def lookups_due(self, wanted_since: datetime, tried_before: datetime, most: int) -> tuple[str, ...]:
        """Requested ones: never tried first, then those tried longest ago."""
        ...
