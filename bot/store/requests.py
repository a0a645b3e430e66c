"""Requests in the ledger."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, Update, func, insert, or_, select, update

from bot.domain.ids import GrantId, RequestId, SlackUserId
from bot.domain.lifecycle import RequestState
from bot.domain.requests.request import Request
from bot.store.built_once import built_once
from bot.store.due_conditions import RULED
from bot.store.insert_batch import Batch, Insert
from bot.store.rows import by_id, set_by_id, write
from bot.store.statement_methods import changes, row_of, rows_of
from bot.store.tables import request as table

ADD = Insert(insert(table).inline())
OPEN = table.c.state == RequestState.REQUESTED


class SqlRequests:
    def __init__(self, connection: Batch) -> None:
        self._c = connection

    def add(self, request: Request) -> None:
        self._c.add(ADD, {name: value for name, value in write(request).items() if value is not None})

    def get(self, request: RequestId) -> Request | None:
        return by_id(self._c, Request, table, request)

    @changes
    def lock(self, request: RequestId) -> Update:
        return _open(request).values(touched=table.c.touched + 1)

    @changes
    def mark_reminded(self, request: RequestId, at: datetime) -> Update:
        return _open(request).where(table.c.reminded_at.is_(None)).values(reminded_at=at)

    def mark_escalated(self, request: RequestId, at: datetime, times: int) -> bool:
        return self._escalated(request, at, times - 1, times)

    @changes
    def _escalated(self, request: RequestId, at: datetime, before: int, times: int) -> Update:
        return _open(request).where(table.c.escalations == before).values(escalated_at=at, escalations=times)

    @row_of(Request)
    def find_open(self, dedup_key: str) -> Select[Any]:
        return select(table).where(table.c.dedup_key == dedup_key, OPEN)

    @rows_of(Request)
    def open_of(self, party: SlackUserId) -> Select[Any]:
        mine = or_(table.c.requester == party, table.c.owner == party)
        return select(table).where(mine, OPEN).order_by(table.c.made_at)

    def renewals_of(self, grant: GrantId) -> tuple[Request, ...]:
        return self._renewals(grant, RequestState.REQUESTED)

    def approved_renewals_of(self, grant: GrantId) -> tuple[Request, ...]:
        return self._renewals(grant, RequestState.APPROVED)

    @rows_of(Request)
    def _renewals(self, grant: GrantId, state: RequestState) -> Select[Any]:
        return select(table).where(table.c.grant == grant, table.c.state == state).order_by(table.c.made_at)

    def approved_by_rule(
        self,
        rule: int,
        requester: SlackUserId,
        *,
        since: datetime,
        until: datetime | None = None,
        other_than: RequestId,
    ) -> int:
        counted = _approved_by_rule(rule, requester, since=since, until=until, other_than=other_than)
        return int(self._c.execute(counted).scalar_one())

    def set_rule(self, request: RequestId, rule: int) -> None:
        set_by_id(self._c, table, request, {"rule": rule})

    @rows_of(Request)
    def open_all(self) -> Select[Any]:
        return select(table).where(OPEN).order_by(table.c.made_at)

    @rows_of(Request)
    def due(self, now: datetime, most: int) -> Select[Any]:
        return select(table).where(OPEN, table.c.decide_by <= now).order_by(table.c.decide_by).limit(most)


def _open(request: RequestId) -> Update:
    return update(table).where(table.c.id == request, OPEN)


@built_once
def _approved_by_rule(
    rule: int, requester: SlackUserId, *, since: datetime, until: datetime | None, other_than: RequestId
) -> Select[Any]:
    theirs = (table.c.requester == requester, table.c.rule == rule, table.c.made_at > since, RULED)
    upto = () if until is None else (table.c.made_at <= until,)
    return select(func.count()).select_from(table).where(*theirs, *upto, table.c.id != other_than)
