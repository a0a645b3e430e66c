"""Grants in the ledger, and the queries of sweeps."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, insert, or_, select, update

from bot.domain.grant import Grant
from bot.domain.ids import AccountName, EntitlementId, GrantId, RequestId, SlackUserId
from bot.domain.lifecycle import GrantState
from bot.domain.schedule import ending_due_at
from bot.ports import Ended
from bot.store.due_conditions import GRANT_ACTIVE, GRANT_ENDING, GRANT_OPEN, GRANT_OVER, GRANT_TEARING_DOWN
from bot.store.insert_batch import Batch, Insert
from bot.store.rows import by_id, many, one, write
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

    def among(self, grants: Collection[GrantId]) -> Mapping[GrantId, Grant]:
        found = many(self._c, Grant, select(table).where(table.c.id.in_(list(grants)))) if grants else ()
        return {each.id: each for each in found}

    def of_request(self, request: RequestId) -> Grant | None:
        return one(self._c, Grant, select(table).where(table.c.request == request))

    def of_owner(self, owner: SlackUserId, *, over_since: datetime | None = None) -> tuple[Grant, ...]:
        shown = GRANT_OPEN if over_since is None else or_(GRANT_OPEN, table.c.ended_at >= over_since)
        mine = select(table).where(table.c.owner == owner, shown)
        return many(self._c, Grant, mine.order_by(table.c.made_at.desc(), table.c.id))

    def emergencies_of(self, owner: SlackUserId, entitlement: EntitlementId) -> tuple[Grant, ...]:
        asked = select(request.c.id).where(request.c.owner == owner, request.c.emergency.is_(True))
        theirs = (table.c.owner == owner, table.c.entitlement == entitlement, table.c.request.in_(asked))
        return many(self._c, Grant, select(table).where(GRANT_OPEN, *theirs))

    def lock(self, grant: GrantId) -> Grant | None:
        self._set(grant, touched=table.c.touched + 1)
        return self.get(grant)

    def set_lease(self, grant: GrantId, until: datetime | None) -> None:
        self._set(grant, lease_until=until)
        self._next_notice(grant)

    def give_back(self, grant: GrantId) -> None:
        self._set(grant, given_back=True)

    def torn_down(self, grant: GrantId, at: datetime) -> None:
        first = func.coalesce(table.c.torn_down_at, bindparam("at", at, type_=table.c.torn_down_at.type))
        self._set(grant, torn_down_at=first, next_try_at=None, stuck_on=None)

    def stuck(self, grant: GrantId, on: str) -> bool:
        return self._set(grant, table.c.stuck_on.is_distinct_from(on), stuck_on=on[:255])

    def told_ending(self, grant: GrantId, stage: timedelta, at: datetime) -> bool:
        untold = or_(table.c.told_stage.is_(None), table.c.told_stage > stage)
        news = self._set(grant, untold, told_stage=stage, told_ending_at=at)
        if news:
            self._next_notice(grant)
        return news

    def renew(self, grant: GrantId, until: datetime | None, request: RequestId | None) -> None:
        self._set(grant, renew_until=until, renew_request=request)

    def renew_try_at(self, grant: GrantId, at: datetime | None) -> None:
        self._set(grant, renew_try_at=at)

    def renewed(self, grant: GrantId, until: datetime, duration: timedelta) -> None:
        done = dict.fromkeys(("renew_until", "renew_request", "renew_try_at", "told_stage", "told_ending_at"))
        self._set(grant, lease_until=until, duration=duration, **done)
        self._next_notice(grant)

    def try_again_at(self, grant: GrantId, at: datetime | None) -> None:
        self._set(grant, next_try_at=at)

    def uncollected_past(self, now: datetime, most: int) -> tuple[Grant, ...]:
        return self._due(table.c.collect_by, now, most, table.c.state == GrantState.APPROVED)

    def ended_leases(self, now: datetime, most: int) -> tuple[Grant, ...]:
        return self._due(table.c.lease_until, now, most, GRANT_ACTIVE)

    def ending(self, now: datetime, most: int) -> tuple[Grant, ...]:
        return self._due(table.c.ending_due_at, now, most, GRANT_ENDING, table.c.lease_until > now)

    def to_renew(self, now: datetime, most: int) -> tuple[Grant, ...]:
        free = or_(table.c.renew_try_at.is_(None), table.c.renew_try_at <= now)
        meant = select(table).where(GRANT_ACTIVE, table.c.renew_until.is_not(None), table.c.lease_until > now, free)
        return many(self._c, Grant, meant.order_by(table.c.renew_try_at, table.c.id).limit(most))

    def to_tear_down(self, now: datetime, most: int) -> tuple[Grant, ...]:
        return self._due(table.c.next_try_at, now, most, GRANT_OVER)

    def tearing_down(self) -> tuple[Ended, ...]:
        since = func.min(table.c.ended_at, type_=table.c.ended_at.type).label("since")
        counted = select(table.c.account, func.count().label("many"), since)
        counted = counted.where(GRANT_TEARING_DOWN, table.c.stuck_on.is_(None))
        return many(self._c, Ended, counted.group_by(table.c.account))

    def ended_in(self, account: AccountName, since: datetime, until: datetime | None) -> tuple[int, int, int]:
        gone, upto = table.c.torn_down_at, until or datetime.max.replace(tzinfo=since.tzinfo)
        done = and_(gone >= since, gone <= upto)
        stands = and_(gone.is_(None), table.c.ended_at <= upto)
        stuck = func.count().filter(stands, table.c.stuck_on.is_not(None)).label("stuck")
        counted = select(func.count().filter(done).label("done"), stuck, func.count().label("all"))
        row = self._c.execute(counted.where(table.c.account == account, GRANT_OVER, or_(done, stands))).one()
        return row.done, row.stuck, row.all

    def to_reconcile(self, now: datetime, most: int) -> tuple[Grant, ...]:
        return self._due(table.c.next_try_at, now, most, GRANT_OPEN)

    def active_keys(self, after: GrantId | None, most: int) -> tuple[Grant, ...]:
        page = select(table).where(GRANT_ACTIVE, table.c.id > (after or ""))
        return many(self._c, Grant, page.order_by(table.c.id).limit(most))

    def active_in(self, account: AccountName, after: GrantId | None, most: int) -> tuple[Grant, ...]:
        page = select(table).where(GRANT_ACTIVE, table.c.account == account, table.c.id > (after or ""))
        return many(self._c, Grant, page.order_by(table.c.id).limit(most))

    def _next_notice(self, grant: GrantId) -> None:
        """When the next expiry notice is due, for the current lease."""
        found = self.get(grant)
        if found is not None:
            self._set(grant, ending_due_at=ending_due_at(found.lease_until, found.duration, found.told_stage))

    def _set(self, grant: GrantId, *only: ColumnElement[bool], **values: Any) -> bool:
        return self._c.execute(update(table).where(table.c.id == grant, *only).values(**values)).rowcount == 1

    def _due(self, column: Any, now: datetime, most: int, *only: Any) -> tuple[Grant, ...]:
        return many(self._c, Grant, select(table).where(column <= now, *only).order_by(column).limit(most))
