"""The environment: the clock, randomness, people, and Slack modals."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.ids import CredentialId, SlackUserId
from bot.secret import Secret


class Clock(Protocol):
    def now(self) -> datetime:
        """The current time, aware, in UTC."""
        ...


class Entropy(Protocol):
    def bytes(self, size: int) -> bytes:
        """`size` unpredictable bytes."""
        ...


@dataclass(frozen=True, slots=True)
class Person:
    id: SlackUserId
    team: str
    full_member: bool  # of this workspace, and not deactivated, a guest, a bot or from another organization
    name: str = ""
    title: str = ""  # as their Slack profile says, typed by themselves
    time_zone: str = "UTC"


class People(Protocol):
    """Slack users, cached 60 s, and user groups, cached 5 min. Never called inside a transaction."""

    def prefetch(self, ids: Iterable[str]) -> None:
        """Announce people and user groups that are looked up next, so that an adapter can read them at once.

        Never raises.
        """
        ...

    def find(self, person: SlackUserId) -> Person:
        """Raises Refused(PEOPLE_UNREADABLE) if Slack doesn't answer: access is never granted on a guess."""
        ...

    def members_of(self, usergroups: Sequence[str]) -> frozenset[SlackUserId]:
        """The members of all of these. Raises Refused(PEOPLE_UNREADABLE)."""
        ...

    def changed_at(self, usergroups: Sequence[str]) -> datetime | None:
        """When one of these was last edited, at most 15 s old; None if Slack doesn't say.

        The cached members of a group are dropped when its date changes.
        """
        ...

    def find_by_email(self, address: str) -> Person | None:
        """None if no one has this address. Raises Refused(PEOPLE_UNREADABLE)."""
        ...


class Notifier(Protocol):
    """Calls Slack directly from this process's memory, for the one view that carries a link."""

    def show_link(self, view_id: str, link: Secret, until: datetime, credential: CredentialId) -> bool:
        """At most 3 tries in 5 s.

        False if the modal is closed or Slack doesn't answer; the caller then discards the key.
        """
        ...
