"""One transaction over the whole ledger: the ports UnitOfWork and Transaction with SQLAlchemy."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import datetime
from typing import Any, Generic, TypeVar

from sqlalchemy import Engine, Select, Update, bindparam, delete, func, insert, or_, select, update

from bot.domain.events import Event, Tag
from bot.domain.ids import DeliveryId
from bot.domain.lifecycle import State
from bot.domain.rate_limits import RateLimit
from bot.domain.schedule import CLOCKS_DIFFER, HEARTBEAT_FRESH, SPANS_KEPT
from bot.ports import (
    AdoptedKeys,
    Audit,
    AuditChain,
    Clock,
    Credentials,
    Decisions,
    Differences,
    Envelopes,
    Findings,
    Grants,
    Halts,
    Home,
    Incidents,
    Inventory,
    LastAccessedServices,
    Members,
    Messages,
    Outbox,
    Owners,
    PendingCalls,
    Preapprovals,
    Presences,
    Questions,
    Replacements,
    Requests,
    Reviews,
    SessionRoles,
    Usages,
)
from bot.store import rate_limits, secure_erase, tables, transitions
from bot.store.adopted import SqlAdopted
from bot.store.audit import SqlAudit, log_events
from bot.store.audit_chain import SqlAuditChain
from bot.store.built_once import built_once
from bot.store.bulk_limits import SqlHalts
from bot.store.clock_jumps import undo_clock_jumps
from bot.store.credentials import SqlCredentials
from bot.store.decisions import SqlDecisions
from bot.store.dialect import insert_new, insert_or_update
from bot.store.drift import SqlDifferences
from bot.store.envelopes import SqlEnvelopes
from bot.store.findings import SqlFindings
from bot.store.grants import SqlGrants
from bot.store.home import SqlHome
from bot.store.incidents import SqlIncidents
from bot.store.insert_batch import Batch, Insert
from bot.store.inventory import SqlInventory
from bot.store.last_accessed import SqlLastAccessed
from bot.store.messages import SqlMessages
from bot.store.organization import SqlMembers
from bot.store.outbox import SqlOutbox
from bot.store.owners import SqlOwners
from bot.store.pending_calls import SqlPendingCalls
from bot.store.preapprovals import SqlPreapprovals
from bot.store.presences import SqlPresences
from bot.store.questions import SqlQuestions
from bot.store.replacements import SqlReplacements
from bot.store.requests import SqlRequests
from bot.store.retention import prune
from bot.store.reviews import SqlReviews
from bot.store.session_roles import SqlSessionRoles
from bot.store.usage import SqlUsages

REMEMBERED_SECONDS = 1.0  # that nobody is pre-approved; another process may have written one meanwhile
DELIVERY = Insert(insert(tables.delivery).inline())
FLAG = select(tables.flag.c.value).where(tables.flag.c.name == bindparam("name"))
T = TypeVar("T")
_open: ContextVar[bool] = ContextVar("a transaction is already open", default=False)


def in_transaction() -> bool:
    """True while a transaction is open in this thread: no call may leave the process then."""
    return _open.get()


class _Made(Generic[T]):
    """Made when it is first asked for: a transaction asks for few of them."""

    def __init__(self, make: Callable[[Batch], T]) -> None:
        self._make = make

    def __set_name__(self, _owner: type, name: str) -> None:
        self._name = name

    def __get__(self, tx: "SqlTransaction", _owner: type | None = None) -> T:
        made = tx.__dict__[self._name] = self._make(tx._c)  # noqa: SLF001
        return made


class SqlTransaction:
    requests = _Made[Requests](SqlRequests)
    decisions = _Made[Decisions](SqlDecisions)
    questions = _Made[Questions](SqlQuestions)
    reviews = _Made[Reviews](SqlReviews)
    grants = _Made[Grants](SqlGrants)
    credentials = _Made[Credentials](SqlCredentials)
    envelopes = _Made[Envelopes](SqlEnvelopes)
    session_roles = _Made[SessionRoles](SqlSessionRoles)
    findings = _Made[Findings](SqlFindings)
    differences = _Made[Differences](SqlDifferences)
    halts = _Made[Halts](SqlHalts)
    inventory = _Made[Inventory](SqlInventory)
    owners = _Made[Owners](SqlOwners)
    members = _Made[Members](SqlMembers)
    presences = _Made[Presences](SqlPresences)
    adopted = _Made[AdoptedKeys](SqlAdopted)
    calls = _Made[PendingCalls](SqlPendingCalls)
    last_accessed = _Made[LastAccessedServices](SqlLastAccessed)
    replacements = _Made[Replacements](SqlReplacements)
    incidents = _Made[Incidents](SqlIncidents)
    home = _Made[Home](SqlHome)
    usages = _Made[Usages](SqlUsages)
    outbox = _Made[Outbox](SqlOutbox)
    messages = _Made[Messages](SqlMessages)
    chain = _Made[AuditChain](SqlAuditChain)

    def __init__(self, connection: Batch) -> None:
        self._c = connection
        self.preapproved = SqlPreapprovals(connection)
        self.preapprovals: Preapprovals = self.preapproved
        self._trail = SqlAudit(connection)
        self.audit: Audit = self._trail

    def transition(
        self,
        subject: str,
        before: State,
        after: State,
        *,
        by: str,
        at: datetime,
        facts: Mapping[str, str] | None = None,
    ) -> bool:
        return transitions.transition(self._c, subject, before, after, by, at, facts or {})

    def record(self, tag: Tag, subject: str, *, by: str, at: datetime, facts: Mapping[str, str] | None = None) -> None:
        self._trail.add(Event(tag, subject, by, at, dict(facts or {})))

    def flag(self, name: str) -> str | None:
        return self._c.execute(FLAG, {"name": name}).scalar()

    def set_flag(self, name: str, value: str | None, over_at: datetime | None = None) -> None:
        if value is None:
            self._c.execute(delete(tables.flag).where(tables.flag.c.name == name))
            return
        insert_or_update(self._c, tables.flag, [{"name": name, "value": value, "at": over_at}])

    def once(self, name: str, now: datetime, not_before: datetime) -> bool:
        if now - not_before > SPANS_KEPT:
            raise ValueError(f"{name}: a span is at most {SPANS_KEPT.days} days, because older markers are deleted")
        if insert_new(self._c, tables.flag, {"name": name, "at": now}):
            return True
        return self._c.execute(_advance(name, now, not_before, now + CLOCKS_DIFFER)).rowcount == 1

    def count(self, limit: RateLimit, person: str, now: datetime) -> None:
        rate_limits.count(self._c, limit, person, now)

    def counts_again_at(self, limit: RateLimit, person: str) -> datetime | None:
        return rate_limits.ends_at(self._c, limit, person)

    def delivered(self, delivery: DeliveryId) -> bool:
        return self._c.execute(_delivered(delivery)).first() is not None

    def beat(self, worker: str, now: datetime) -> None:
        insert_or_update(self._c, tables.heartbeat, [{"worker": worker, "at": now}])

    def last_beat(self, now: datetime, worker: str | None = None) -> datetime | None:
        return self._c.execute(_last_beat(now + HEARTBEAT_FRESH, worker)).scalar()

    def prune(self, table: str, now: datetime) -> int:
        return prune(self._c, table, now)

    def undo_clock_jumps(self, now: datetime) -> int:
        return undo_clock_jumps(self._c, now)


@built_once
def _advance(name: str, now: datetime, not_before: datetime, wrong: datetime) -> Update:
    at = tables.flag.c.at
    old = (tables.flag.c.name == name, or_(at.is_(None), at <= not_before, at > wrong))
    return update(tables.flag).where(*old).values(at=now)


@built_once
def _delivered(delivery: DeliveryId) -> Select[Any]:
    return select(tables.delivery.c.id).where(tables.delivery.c.id == delivery)


@built_once
def _last_beat(until: datetime, worker: str | None) -> Select[Any]:
    at = tables.heartbeat.c.at
    query = select(func.max(at, type_=at.type)).where(at <= until)
    return query if worker is None else query.where(tables.heartbeat.c.worker == worker)


class SqlUnitOfWork:
    """Makes transactions on one engine. The clock sets the date of idempotency rows."""

    def __init__(self, engine: Engine, clock: Clock) -> None:
        self._engine, self._clock = engine, clock
        self._nobody_until = 0.0  # of the process's monotonic clock

    @contextmanager
    def begin(self, delivery: DeliveryId | None = None) -> Iterator[SqlTransaction]:
        token = _open.set(True)
        try:
            with self._engine.connect() as connection:
                batch = Batch(connection)
                if delivery is not None:
                    row = {"id": delivery, "at": self._clock.now()}
                    batch.deliver(delivery, DELIVERY, row)
                transaction = SqlTransaction(batch)
                yield transaction
                batch.commit()
            if transaction.preapproved.added:
                self._nobody_until = 0.0
            log_events(batch.events)
        finally:
            _open.reset(token)

    def anybody_preapproved(self) -> bool:
        if time.monotonic() < self._nobody_until:
            return False
        with self.begin() as tx:
            found = tx.preapprovals.any(self._clock.now())
        if not found:
            self._nobody_until = time.monotonic() + REMEMBERED_SECONDS
        return found

    def erase_traces(self) -> bool:
        return secure_erase.erase(self._engine)
