"""The fakes other than AWS: a clock, predictable randomness, four people, a Slack modal."""

import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from bot.domain.errors import Reason, Refused
from bot.domain.ids import CredentialId, SlackUserId
from bot.ports import Person
from bot.secret import Secret

START = datetime(2026, 11, 2, 14, 0, tzinfo=UTC)
TEAM = "T01LATCH"
ALICE, BOB, CAROL, DAVE = (SlackUserId(each) for each in ("U01ALICE", "U02BOB", "U03CAROL", "U04DAVE"))

InTransaction = Callable[[], bool]


def never() -> bool:
    return False


class Crash(BaseException):
    """The process died here. No `except Exception` may catch it."""


class CalledInTransaction(AssertionError):
    """A port that leaves the process was called inside a transaction."""


@dataclass(frozen=True)
class Fault:
    error: BaseException
    after: bool  # the call was carried out, but its answer was lost


class FakeClock:
    def __init__(self, start: datetime = START) -> None:
        self._now = start

    def now(self) -> datetime:
        return self._now

    def advance(self, by: timedelta | None = None, **span: float) -> datetime:
        """`advance(minutes=10)` or `advance(timedelta(...))`."""
        self._now += timedelta(**span) if by is None else by
        return self._now


class FixedEntropy:
    def __init__(self, seed: int = 7) -> None:
        self._random = random.Random(seed)

    def bytes(self, size: int) -> bytes:
        return self._random.randbytes(size)


def cast(team: str = TEAM) -> dict[SlackUserId, Person]:
    """The four people of every test: alice requests, bob approves, carol is the outsider, dave is a guest."""
    rows = ((ALICE, "alice", True), (BOB, "bob", True), (CAROL, "carol", True), (DAVE, "dave", False))
    return {id_: Person(id=id_, team=team, full_member=full, name=name) for id_, name, full in rows}


@dataclass
class FakePeople:
    people: dict[SlackUserId, Person] = field(default_factory=cast)
    usergroups: dict[str, frozenset[SlackUserId]] = field(default_factory=lambda: {"S0PLATFORM": frozenset({BOB})})
    readable: bool = True
    edited_at: datetime | None = datetime(2026, 1, 1, tzinfo=UTC)  # of all user groups; None: Slack doesn't say
    unknown: set[str] = field(default_factory=set)  # people and addresses for which Slack returns an error
    unreadable_groups: set[str] = field(default_factory=set)
    found: list[str] = field(default_factory=list)  # the people that were looked up
    asked: list[str] = field(default_factory=list)  # the addresses
    in_transaction: InTransaction = never

    def prefetch(self, ids: Iterable[str]) -> None:
        """Nothing is slow here."""

    def find(self, person: SlackUserId) -> Person:
        self._look(person)
        self.found.append(person)
        return self.people.get(person, Person(id=person, team="", full_member=False))

    def members_of(self, usergroups: Sequence[str]) -> frozenset[SlackUserId]:
        self._look()
        if not self.unreadable_groups.isdisjoint(usergroups):
            raise Refused(Reason.PEOPLE_UNREADABLE, wait=0)
        return frozenset[SlackUserId]().union(*(self.usergroups.get(each, frozenset()) for each in usergroups))

    def changed_at(self, usergroups: Sequence[str]) -> datetime | None:
        if self.in_transaction():
            raise CalledInTransaction("People")
        return self.edited_at if self.readable else None

    def find_by_email(self, address: str) -> Person | None:
        """Ignores deactivated people, as Slack does: a person who isn't in `people`."""
        self._look(address)
        self.asked.append(address)
        name, _, domain = address.partition("@")
        found = (each for each in self.people.values() if each.name == name and domain == "example.com")
        return next(found, None)

    def _look(self, who: str = "") -> None:
        if self.in_transaction():
            raise CalledInTransaction("People")
        if not self.readable or who in self.unknown:
            raise Refused(Reason.PEOPLE_UNREADABLE, wait=0 if self.readable else 60)


@dataclass
class FakeNotifier:
    """`closed` holds views whose modal is gone; `dead` is a Slack that doesn't answer at all."""

    links: list[tuple[str, Secret, datetime, CredentialId]] = field(default_factory=list)
    closed: set[str] = field(default_factory=set)
    dead: bool = False
    in_transaction: InTransaction = never

    def show_link(self, view_id: str, link: Secret, until: datetime, credential: CredentialId) -> bool:
        self._leave()
        if self.dead or view_id in self.closed:
            return False
        self.links.append((view_id, link, until, credential))
        return True

    def _leave(self) -> None:
        if self.in_transaction():
            raise CalledInTransaction("Notifier")
