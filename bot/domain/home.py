"""What a Home tab is made of: who looks at it, and pages of rows that are the same size whatever the ledger holds."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from typing import Generic, TypeVar

from bot.domain.adopted import Adopted
from bot.domain.hygiene.inventory import FoundKey, FoundUser
from bot.domain.ids import AccountName, EntitlementId, SlackUserId
from bot.domain.requests.question import Question
from bot.domain.requests.request import Decision, Request
from bot.domain.requests.review import Review

T_co = TypeVar("T_co", covariant=True)

OPENED_LATELY = timedelta(days=7)  # a Home that wasn't opened for longer isn't published again by itself
DECIDED_LATELY = timedelta(days=7)


class Section(StrEnum):
    """A part of Home that has pages."""

    KEYS = "keys"
    FOUND = "found"
    KEPT = "kept"
    QUEUE = "queue"
    CLAIMS = "claims"
    REVIEWS = "reviews"


@dataclass(frozen=True, slots=True)
class Page(Generic[T_co]):
    """Some rows of a list, and how many there are in all."""

    rows: tuple[T_co, ...] = ()
    total: int = 0
    offset: int = 0


@dataclass(frozen=True, slots=True)
class Viewer:
    """The person whose Home it is, and what they may decide. Read from Slack before the ledger is asked."""

    person: SlackUserId
    owners: tuple[str, ...]  # the person, and the user groups that they are in, as found keys name them
    decides: Mapping[EntitlementId, int] = field(default_factory=dict)  # after how many escalations of a request
    accounts: frozenset[AccountName] = frozenset()  # in which they approve something
    is_admin: bool = False
    offsets: Mapping[str, int] = field(default_factory=dict)  # of the page of each Section

    @property
    def is_approver(self) -> bool:
        return bool(self.decides)

    def offset(self, section: Section) -> int:
        return self.offsets.get(section.value, 0)


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A key that Latchkey didn't issue, its IAM user, and what Latchkey was asked to do with it."""

    key: FoundKey
    user: FoundUser
    adopted: Adopted | None


@dataclass(frozen=True, slots=True)
class Asking:
    """A question that waits for the requester's answer."""

    request: Request
    question: Question


@dataclass(frozen=True, slots=True)
class Emergency:
    request: Request
    review: Review


@dataclass(frozen=True, slots=True)
class Decided:
    request: Request
    decision: Decision
