"""The audit log: events as they are found by subject, and as an ordered chain for exports and the webhook."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.audit.entry import Entry


@dataclass(frozen=True, slots=True)
class Claim:
    """The right to send, for one worker. `tries` counts failures of the event after `sent`."""

    sent: int
    tries: int


@dataclass(frozen=True, slots=True)
class Lag:
    """What the webhook has yet to take: how many events, and when the oldest of them happened."""

    events: int
    since: datetime | None


@dataclass(frozen=True, slots=True)
class Trail:
    """Which events: those that meet each condition given."""

    person: str | None = None  # done by them, or to what they hold, asked for or own
    entitlements: frozenset[str] | None = None  # about requests, grants and credentials of these
    subjects: frozenset[str] | None = None  # about these, or about findings on this key
    key: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """An event with its id. `event` is text, because an older release may have had other tags."""

    id: int
    event: str
    actor: str
    subject: str
    at: datetime
    facts: Mapping[str, str]


class AuditChain(Protocol):
    def find_missing(self) -> int:
        """Let events wait that have no number and don't wait for one: rows restored without triggers, for example."""
        ...

    def number(self, most: int) -> int:
        """Give committed events their place in the chain, in the order they were inserted. Returns how many."""
        ...

    def last_number(self) -> int:
        """The last number given; 0 for an empty chain."""
        ...

    def first_since(self, since: datetime) -> int | None:
        """The lowest number of an event at this time or later."""
        ...

    def last_before(self, until: datetime) -> int | None:
        """The highest number of an event before this time."""
        ...

    def after(self, seq: int, most: int) -> Sequence[Entry]:
        """The next ones, in order."""
        ...

    def claim(self, worker: str, now: datetime, until: datetime) -> Claim | None:
        """None while another worker sends, the next try isn't due, or everything is sent."""
        ...

    def extend_claim(self, worker: str, claim: Claim, until: datetime) -> bool:
        """Note how far it came and keep the claim. False if another worker has it by now."""
        ...

    def release(self, worker: str, claim: Claim, due_at: datetime | None) -> None:
        """Note how far it came, and let any worker go on, at the earliest at `due_at`."""
        ...

    def lag(self) -> Lag: ...


class Receiver(Protocol):
    """The program at AUDIT_WEBHOOK_URL."""

    def post(self, body: bytes) -> str | None:
        """None if it took this, else why not in a few words. Comes back within its time-out, and never raises."""
        ...
