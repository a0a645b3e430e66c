"""One transaction over the whole ledger, and the factory for it."""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

from bot.domain.events import Tag
from bot.domain.ids import DeliveryId
from bot.domain.lifecycle import State
from bot.domain.rate_limits import RateLimit
from bot.ports.adopted import AdoptedKeys
from bot.ports.audit import AuditChain
from bot.ports.bulk_limits import Halts
from bot.ports.credentials import Credentials, Envelopes
from bot.ports.drift import Differences
from bot.ports.grants import Grants
from bot.ports.home import Home
from bot.ports.incidents import Incidents
from bot.ports.inventory import Findings, Inventory
from bot.ports.last_accessed import LastAccessedServices
from bot.ports.messaging import Audit, Messages, Outbox
from bot.ports.organization import Members
from bot.ports.owners import Owners
from bot.ports.pending_calls import PendingCalls
from bot.ports.preapprovals import Preapprovals
from bot.ports.presences import Presences
from bot.ports.replacements import Replacements
from bot.ports.requests import Decisions, Questions, Requests
from bot.ports.reviews import Reviews
from bot.ports.sessions import SessionRoles
from bot.ports.usage import Usages


class Transaction(Protocol):
    """One transaction. Commits on normal exit, rolls back on an exception. No call leaves the process inside it."""

    requests: Requests
    decisions: Decisions
    questions: Questions
    preapprovals: Preapprovals
    reviews: Reviews
    grants: Grants
    credentials: Credentials
    envelopes: Envelopes
    session_roles: SessionRoles
    findings: Findings
    differences: Differences
    halts: Halts
    inventory: Inventory
    owners: Owners
    members: Members
    presences: Presences
    adopted: AdoptedKeys
    calls: PendingCalls
    last_accessed: LastAccessedServices
    replacements: Replacements
    incidents: Incidents
    home: Home
    usages: Usages
    outbox: Outbox
    messages: Messages
    audit: Audit
    chain: AuditChain

    def transition(
        self,
        subject: str,  # the id of the request, grant, credential, adopted key or incident
        before: State,
        after: State,
        *,
        by: str,
        at: datetime,
        facts: Mapping[str, str] | None = None,
    ) -> bool:
        """The only way to change a state: a conditional UPDATE and its audit event.

        False if the row is no longer in that state.

        Raises ValueError for a transition that lifecycle.py doesn't have.
        """
        ...

    def record(self, tag: Tag, subject: str, *, by: str, at: datetime, facts: Mapping[str, str] | None = None) -> None:
        """An audit event without a state change."""
        ...

    def flag(self, name: str) -> str | None:
        """A flag of the whole installation, like `paused`."""
        ...

    def set_flag(self, name: str, value: str | None, over_at: datetime | None = None) -> None:
        """None clears it. A flag with an end is deleted SPANS_KEPT later; any other stays until it is cleared."""
        ...

    def once(self, name: str, now: datetime, not_before: datetime) -> bool:
        """True at most once per span: sets the flag's time to now if it was `not_before` or earlier.

        A time in the future came from a wrong clock and counts as earlier. Raises ValueError for a span longer than
        schedule.SPANS_KEPT, which `prune` would cut short.
        """
        ...

    def count(self, limit: RateLimit, person: str, now: datetime) -> None:
        """Count one more. Raises LimitReached, at the latest on commit."""
        ...

    def counts_again_at(self, limit: RateLimit, person: str) -> datetime | None:
        """When the oldest span in which this person did it ends."""
        ...

    def delivered(self, delivery: DeliveryId) -> bool:
        """Whether an earlier transaction began with this delivery."""
        ...

    def beat(self, worker: str, now: datetime) -> None: ...
    def last_beat(self, now: datetime, worker: str | None = None) -> datetime | None:
        """Of this worker, or the latest of all.

        One after `now` came from a wrong clock and is ignored if there are others.
        """
        ...

    def prune(self, table: str, now: datetime) -> int:
        """Delete rows of this table that domain.retention no longer keeps, at most one step. Returns how many."""
        ...

    def undo_clock_jumps(self, now: datetime) -> int:
        """Make due now every row whose next try lies further ahead than is ever scheduled. Returns how many."""
        ...


class UnitOfWork(Protocol):
    def begin(self, delivery: DeliveryId | None = None) -> AbstractContextManager[Transaction]:
        """Begin a transaction. With a delivery, its idempotency row is inserted first; raises AlreadyDone."""
        ...

    def anybody_preapproved(self) -> bool:
        """Whether any pre-approval stands. That none does is remembered for a second, so most requests read nothing."""
        ...

    def erase_traces(self) -> bool:
        """Erase what deleted envelopes left in the database's own files.

        False if another connection blocks it; try again.
        """
        ...
