"""One transaction over the whole ledger, and who makes them."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from bot.domain.events import Tag
from bot.domain.ids import DeliveryId
from bot.domain.lifecycle import State
from bot.domain.limits import RateLimit
from bot.ports.adopted import AdoptedKeys
from bot.ports.bulk_limits import Halts
from bot.ports.credentials import Credentials, Envelopes
from bot.ports.drift import Differences
from bot.ports.grants import Grants
from bot.ports.inventory import Findings, Inventory
from bot.ports.messaging import Audit, Messages, Outbox
from bot.ports.owners import Owners
from bot.ports.pending_calls import PendingCalls
from bot.ports.presences import Presences
from bot.ports.requests import Decisions, Requests
from bot.ports.sessions import SessionRoles


class Transaction(Protocol):
    """One transaction. Leaving it normally commits, an exception rolls back. Nothing in it leaves the process."""

    requests: Requests
    decisions: Decisions
    grants: Grants
    credentials: Credentials
    envelopes: Envelopes
    session_roles: SessionRoles
    findings: Findings
    differences: Differences
    halts: Halts
    inventory: Inventory
    owners: Owners
    presences: Presences
    adopted: AdoptedKeys
    calls: PendingCalls
    outbox: Outbox
    messages: Messages
    audit: Audit

    def transition(
        self,
        subject: str,  # the id of the request, grant, credential or adopted key
        before: State,
        after: State,
        *,
        by: str,
        at: datetime,
        facts: Mapping[str, str] | None = None,
    ) -> bool:
        """The one way to change a state: a conditional UPDATE and its audit event. False: somebody was first.

        Raises ValueError for a move that lifecycle.py does not have.
        """
        ...

    def record(self, tag: Tag, subject: str, *, by: str, at: datetime, facts: Mapping[str, str] | None = None) -> None:
        """An audit event that is no change of state."""
        ...

    def flag(self, name: str) -> str | None:
        """A switch of the whole installation, like `paused`."""
        ...

    def set_flag(self, name: str, value: str | None, over_at: datetime | None = None) -> None:
        """None clears it. One that is over is deleted SPANS_KEPT later; any other is kept until it is cleared."""
        ...

    def once(self, name: str, now: datetime, not_before: datetime) -> bool:
        """True at most once per span: sets the flag's time to now when it was `not_before` or earlier.

        A time that lies ahead was written by a clock that was wrong, and counts as earlier too. Raises ValueError for
        a span longer than schedule.SPANS_KEPT, which `prune` would cut short.
        """
        ...

    def count(self, limit: RateLimit, person: str, now: datetime) -> None:
        """Once more. Raises LimitReached, at the latest at the transaction's end."""
        ...

    def counts_again_at(self, limit: RateLimit, person: str) -> datetime | None:
        """When the span ends in which this person did it last."""
        ...

    def beat(self, worker: str, now: datetime) -> None: ...
    def last_beat(self, now: datetime, worker: str | None = None) -> datetime | None:
        """Of this worker, or the youngest of all. One that lies ahead of `now` hides no other: its clock is wrong."""
        ...

    def prune(self, table: str, now: datetime) -> int:
        """Delete what domain.retention keeps no longer of this table, a step at the most. How many rows."""
        ...

    def pull_back(self, now: datetime) -> int:
        """Make due now every row whose next try lies further ahead than one is ever scheduled. How many rows."""
        ...


class UnitOfWork(Protocol):
    def begin(self, delivery: DeliveryId | None = None) -> AbstractContextManager[Transaction]:
        """One transaction. With a delivery, its idempotency row is the first thing in it; raises AlreadyDone."""
        ...

    def erase_traces(self) -> bool:
        """What deleted envelopes left in the database's own files goes. False: somebody is in the way, try again."""
        ...
