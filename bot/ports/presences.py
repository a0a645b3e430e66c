"""The ledger of what Slack said of people and user groups, so that a sweep need not ask again for hours."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Protocol


@dataclass(frozen=True, slots=True)
class Known:
    """One answer of Slack's: of a person whether they are a full member and their time zone, of a group its members."""

    id: str
    facts: Mapping[str, Any]
    read_at: datetime


class Presences(Protocol):
    """By the id of a person or of a user group."""

    def among(self, ids: Sequence[str]) -> Mapping[str, Known]:
        """The last answer about each of these, however old. Those that were never answered are left out."""
        ...

    def keep(self, answers: Iterable[Known]) -> None:
        """Slack answered; nobody waits for these any more."""
        ...

    def want(self, ids: Sequence[str], now: datetime) -> None:
        """Somebody needs to know, and Slack could not be asked now, or gave an error."""
        ...

    def unanswered(self, ids: Sequence[str], now: datetime) -> None:
        """Slack was asked, and gave an error."""
        ...

    def to_ask(self, wanted_since: datetime, tried_before: datetime, most: int) -> tuple[str, ...]:
        """Those that are wanted: never tried first, then those tried longest ago."""
        ...
