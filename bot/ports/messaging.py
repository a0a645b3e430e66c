"""The ledger of messages: the outbox, where messages are posted, and the audit log."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.events import Event, Notice
from bot.ports.audit import Recorded, Trail


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """An outbox row: which message to update, without its content."""

    id: int
    notice: Notice
    subject: str
    to: str  # a channel id, or a user id for a DM
    tries: int


@dataclass(frozen=True, slots=True)
class Posted:
    channel: str
    ts: str
    revision: int


class Outbox(Protocol):
    def enqueue(self, notice: Notice, subject: str, *to: str) -> None:
        """Each of these places must show the current state of this subject; increments the wanted revision."""
        ...

    def refresh(self, notice: Notice, subject: str, *, by: datetime | None = None) -> None:
        """The same for every place that already shows it.

        `by` is for what nobody waits for: changes until then are shown together, unless another one comes at once.
        """
        ...

    def due(self, now: datetime, most: int) -> tuple[OutboxItem, ...]: ...
    def claim(self, item: int, now: datetime, until: datetime) -> bool: ...
    def extend_claim(self, item: int, held: datetime, until: datetime) -> bool:
        """False if the claim that ended at `held` was taken over by another worker or released."""
        ...

    def wanted_revision(self, item: int) -> int: ...
    def mark_delivered(self, item: int, revision: int, now: datetime) -> bool:
        """False if a newer revision was requested meanwhile; update the message again."""
        ...

    def retry_at(self, item: int, at: datetime, why: str) -> None: ...
    def mark_refused(self, item: int, revision: int, why: str) -> None:
        """Slack will never accept this revision: it isn't retried, and never counts as delivered."""
        ...


class Messages(Protocol):
    def shown(self, notice: Notice, subject: str, to: str) -> Posted | None: ...
    def store(self, notice: Notice, subject: str, to: str, posted: Posted, at: datetime) -> None:
        """Store the message. The first `at` is kept: the message counts as delivered since then."""
        ...


class Audit(Protocol):
    def of(self, subject: str) -> tuple[Event, ...]: ...
    def page(self, trail: Trail, most: int, *, before: int = 0, after: int = 0) -> tuple[Recorded, ...]:
        """Newest first: the latest ones, those next before this id, or those next after it."""
        ...
