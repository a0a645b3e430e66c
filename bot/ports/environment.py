"""What is neither AWS nor the ledger: the clock, chance, people, and a window of Slack's."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.ids import CredentialId, SlackUserId
from bot.secret import Secret


class Clock(Protocol):
    def now(self) -> datetime:
        """This moment, aware, in UTC."""
        ...


class Entropy(Protocol):
    def bytes(self, size: int) -> bytes:
        """`size` unpredictable bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Person:
    id: SlackUserId
    team: str
    full_member: bool  # neither deactivated, guest, bot nor stranger, and of this workspace
    name: str = ""
    time_zone: str = "UTC"


class People(Protocol):
    """Slack's people, cached 60 s, and user groups, cached 5 min. Never called inside a transaction."""

    def ahead(self, ids: Iterable[str]) -> None:
        """These people and user groups are asked for next: whoever can read them all at once does. Never raises."""
        ...

    def find(self, person: SlackUserId) -> Person:
        """Raises Refused(PEOPLE_UNREADABLE) when Slack does not answer: nobody is let through on a guess."""
        ...

    def members_of(self, usergroups: Sequence[str]) -> frozenset[SlackUserId]:
        """The members of all of these. Raises Refused(PEOPLE_UNREADABLE)."""
        ...

    def changed_at(self, usergroups: Sequence[str]) -> datetime | None:
        """When one of these was last edited, at most 15 s old; None where Slack does not say.

        What was remembered of a group's members is dropped when its date changes.
        """
        ...

    def find_by_email(self, address: str) -> Person | None:
        """None when nobody has it. Raises Refused(PEOPLE_UNREADABLE)."""
        ...


class Notifier(Protocol):
    """Straight to Slack from this process's memory: the one view that carries a link (DESIGN.md §3.6)."""

    def show_link(self, view_id: str, link: Secret, until: datetime, credential: CredentialId) -> bool:
        """At most 3 tries in 5 s. False when the window is closed or Slack does not answer: then discard."""
        ...
