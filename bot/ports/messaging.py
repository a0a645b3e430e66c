"""The ledger of what is told: the outbox, where messages stand, and the audit trail."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.events import Event, Notice


@dataclass(frozen=True, slots=True)
class OutboxItem:
    """An outbox row: what to bring up to date, not what to show."""

    id: int
    notice: Notice
    subject: str
    to: str  # a channel id, or a person's id for their DM
    tries: int


@dataclass(frozen=True, slots=True)
class Posted:
    channel: str
    ts: str
    revision: int


class Outbox(Protocol):
    def enqueue(self, notice: Notice, subject: str, *to: str) -> None:
        """Every one of these places is to show this subject as it now is; raises its wanted revision by one."""
        ...

    def refresh(self, notice: Notice, subject: str) -> None:
        """The same for every place that already shows it."""
        ...

    def due(self, now: datetime, most: int) -> tuple[OutboxItem, ...]: ...
    def claim(self, item: int, now: datetime, until: datetime) -> bool: ...
    def claim_longer(self, item: int, held: datetime, until: datetime) -> bool:
        """False where the claim that ended at `held` is another worker's by now, or nobody's."""
        ...

    def wanted_revision(self, item: int) -> int: ...
    def done(self, item: int, revision: int, now: datetime) -> bool:
        """False when more was wanted meanwhile: bring it up to date again."""
        ...

    def later(self, item: int, at: datetime, why: str) -> None: ...
    def refused(self, item: int, revision: int, why: str) -> None:
        """Slack will never take this revision: it isn't tried again, and never counts as delivered."""
        ...


class Messages(Protocol):
    def shown(self, notice: Notice, subject: str, to: str) -> Posted | None: ...
    def keep(self, notice: Notice, subject: str, to: str, posted: Posted, at: datetime) -> None:
        """`at` is kept from the first time: since then it counts as delivered."""
        ...


class Audit(Protocol):
    def of(self, subject: str) -> tuple[Event, ...]: ...
    def latest(self, most: int, *, actor: str | None = None) -> tuple[Event, ...]: ...
