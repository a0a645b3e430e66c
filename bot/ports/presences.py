"""The ledger of what Slack said of people and user groups, so that a sweep need not ask again for hours."""

from collections.abc import Mapping
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

    def get(self, id_: str) -> Known | None:
        """The last answer, however old."""
        ...

    def keep(self, id_: str, facts: Mapping[str, Any], now: datetime) -> None:
        """Slack answered; nobody waits for it any more."""
        ...

    def want(self, id_: str, now: datetime) -> None:
        """Somebody needs to know, and Slack could not be asked now."""
        ...

    def unanswered(self, id_: str, now: datetime) -> None:
        """Slack was asked, and gave an error."""
        ...

    def to_ask(self, wanted_since: datetime, tried_before: datetime, most: int) -> tuple[str, ...]:
        """Those that are wanted: never tried first, then those tried longest ago."""
        ...
