"""Grants in the ledger, and the queries of sweeps."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, Update, and_, func, insert, or_, select, type_coerce, update

from bot.domain.grant import Grant
from bot.domain.ids import AccountName, EntitlementId, GrantId, RequestId, SlackUserId
from bot.domain.lifecycle import GrantState
from bot.domain.schedule import ending_due_at
from bot.ports import Ended
from bot.store.due_conditions import GRANT_ACTIVE, GRANT_ENDING, GRANT_OPEN, GRANT_OVER, GRANT_TEARING_DOWN
from bot.store.insert_batch import Batch, Insert
from bot.store.rows import by_id, many, set_by_id, write
from bot.store.statement_methods import changes, row_of, rows_of, runs
from bot.store.tables import grants as table
from bot.store.tables import request

ADD = Insert(insert(table).inline())


class SqlGrants:
    def __init__(self, connection: Batch) -> None:
        self._c = connection

    def add(self, grant: Grant) -> None:
        self._c.add(ADD, write(grant))

    def get(self, grant: GrantId) -> Grant | None:
        return by_id(self._c, Grant, table, grant)

    def by_ids(self, grants: Collection[GrantId]) -> Mapping[GrantId, Grant]:
        found = many(self._c, Grant, select(table).where(table.c.id.in_(list(grants)))) if grants else ()
        return {each.id: each for each in found}

    @row_of(Grant)
    def of_request(self, request: RequestId) -> Select[Any]:
        return select(table).where(table.c.request == request)

    @rows_of(Grant)
    def of_owner(self, owner: SlackUserId, *, over_since: datetime | None = None) -> Select[Any]:
        shown = GRANT_OPEN if over_since is None else or_(GRANT_OPEN, table.c.ended_at >= over_since)
        return select(table).where(table.c.owner == owner, shown).order_by(table.c.made_at.desc(), table.c.id)

    @rows_of(Grant)
    def emergencies_of(self, owner: SlackUserId, entitlement: EntitlementId) -> Select[Any]:
        asked = select(request.c.id).where(request.c.owner == owner, request.c.emergency.is_(True))
        theirs = (table.c.owner == owner, table.c.entitlement == entitlement, table.c.request.in_(asked))
        return select(table).where(GRANT_OPEN, *theirs)

    def lock(self, grant: GrantId) -> Grant | None:
        self._touch(grant)
        return self.get(grant)

    @runs
    def _touch(self, grant: GrantId) -> Update:
        return _one(grant).values(touched=table.c.touched + 1)

    def set_lease(self, grant: GrantId, until: datetime | None) -> None:
        self._set(grant, lease_until=until)
        self._next_notice(grant)

    def mark_given_back(self, grant: GrantId) -> None:
        self._set(grant, given_back=True)

    @runs
    def mark_torn_down(self, grant: GrantId, at: datetime) -> Update:
        # in a function, an argument has no column to take its type from
        first = func.coalesce(table.c.torn_down_at, type_coerce(at, table.c.torn_down_at.type))
        return _one(grant).values(torn_down_at=first, next_try_at=None, stuck_on=None)

    def mark_stuck(self, grant: GrantId, on: str) -> bool:
        return self._stuck(grant, on[:255])

    @changes
    def _stuck(self, grant: GrantId, on: str) -> Update:
        return _one(grant).where(table.c.stuck_on.is_distinct_from(on)).values(stuck_on=on)

    def mark_expiry_notified(self, grant: GrantId, stage: timedelta, at: datetime) -> bool:
        news = self._mark_expiry_notified(grant, stage, at)
        if news:
            self._next_notice(grant)
        return news

    @changes
    def _mark_expiry_notified(self, grant: GrantId, stage: timedelta, at: datetime) -> Update:
        not_notified = or_(table.c.told_stage.is_(None), table.c.told_stage > stage)
        return _one(grant).where(not_notified).values(told_stage=stage, told_ending_at=at)

    def set_renewal(self, grant: GrantId, until: datetime | None, request: RequestId | None) -> None:
        self._set(grant, renew_until=until, renew_request=request)

    def renew_try_at(self, grant: GrantId, at: datetime | None) -> None:
        self._set(grant, renew_try_at=at)

    def complete_renewal(self, grant: GrantId, until: datetime, duration: timedelta) -> None:
        done = dict.fromkeys(("renew_until", "renew_request", "renew_try_at", "told_stage", "told_ending_at"))
        self._set(grant, lease_until=until, duration=duration, **done)
        self._next_notice(grant)

    def try_again_at(self, grant: GrantId, at: datetime | None) -> None:
        self._set(grant, next_try_at=at)

    @rows_of(Grant)
    def uncollected_past(self, now: datetime, most: int) -> Select[Any]:
        return _due(table.c.collect_by, now, most, table.c.state == GrantState.APPROVED)

    @rows_of(Grant)
    def ended_leases(self, now: datetime, most: int) -> Select[Any]:
        return _due(table.c.lease_until, now, most, GRANT_ACTIVE)

    @rows_of(Grant)
    def ending(self, now: datetime, most: int) -> Select[Any]:
        return _due(table.c.ending_due_at, now, most, GRANT_ENDING, table.c.lease_until > now)

    @rows_of(Grant)
    def to_renew(self, now: datetime, most: int) -> Select[Any]:
        free = or_(table.c.renew_try_at.is_(None), table.c.renew_try_at <= now)
        meant = select(table).where(GRANT_ACTIVE, table.c.renew_until.is_not(None), table.c.lease_until > now, free)
        return meant.order_by(table.c.renew_try_at, table.c.id).limit(most)

    @rows_of(Grant)
    def to_tear_down(self, now: datetime, most: int) -> Select[Any]:
        return _due(table.c.next_try_at, now, most, GRANT_OVER)

    @rows_of(Ended)
    def tearing_down(self) -> Select[Any]:
        since = func.min(table.c.ended_at, type_=table.c.ended_at.type).label("since")
        counted = select(table.c.account, func.count().label("many"), since)
        return counted.where(GRANT_TEARING_DOWN, table.c.stuck_on.is_(None)).group_by(table.c.account)

    def count_ended(self, account: AccountName, since: datetime, until: datetime | None) -> tuple[int, int, int]:
        gone, upto = table.c.torn_down_at, until or datetime.max.replace(tzinfo=since.tzinfo)
        done = and_(gone >= since, gone <= upto)
        stands = and_(gone.is_(None), table.c.ended_at <= upto)
        stuck = func.count().filter(stands, table.c.stuck_on.is_not(None)).label("stuck")
        counted = select(func.count().filter(done).label("done"), stuck, func.count().label("all"))
        row = self._c.execute(counted.where(table.c.account == account, GRANT_OVER, or_(done, stands))).one()
        return row.done, row.stuck, row.all

    @rows_of(Grant)
    def to_reconcile(self, now: datetime, most: int) -> Select[Any]:
        return _due(table.c.next_try_at, now, most, GRANT_OPEN)

    def active(self, after: GrantId | None, most: int) -> tuple[Grant, ...]:
        return self._active(after or "", most)

    @rows_of(Grant)
    def _active(self, after: str, most: int) -> Select[Any]:
        return select(table).where(GRANT_ACTIVE, table.c.id > after).order_by(table.c.id).limit(most)

    def active_in(self, account: AccountName, after: GrantId | None, most: int) -> tuple[Grant, ...]:
        return self._active_in(account, after or "", most)

    @rows_of(Grant)
    def _active_in(self, account: AccountName, after: str, most: int) -> Select[Any]:
        page = select(table).where(GRANT_ACTIVE, table.c.account == account, table.c.id > after)
        return page.order_by(table.c.id).limit(most)

    def _next_notice(self, grant: GrantId) -> None:
        """When the next expiry notice is due, for the current lease."""
        found = self.get(grant)
        if found is not None:
            self._set(grant, ending_due_at=ending_due_at(found.lease_until, found.duration, found.told_stage))

    def _set(self, grant: GrantId, **values: Any) -> None:
        set_by_id(self._c, table, grant, values)


def _one(grant: GrantId) -> Update:
    return update(table).where(table.c.id == grant)


def _due(column: Any, now: datetime, most: int, *only: Any) -> Select[Any]:
    return select(table).where(column <= now, *only).order_by(column).limit(most)
