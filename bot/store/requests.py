"""Requests in the ledger."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, insert, select, update

from bot.domain.ids import GrantId, RequestId, SlackUserId
from bot.domain.lifecycle import RequestState
from bot.domain.request import Request
from bot.store.due_conditions import RULED
from bot.store.insert_batch import Batch, Insert
from bot.store.rows import by_id, many, one, write
from bot.store.tables import request as table

ADD = Insert(insert(table).inline())


class SqlRequests:
    def __init__(self, connection: Batch) -> None:
        self._c = connection

    def add(self, request: Request) -> None:
        self._c.add(ADD, {name: value for name, value in write(request).items() if value is not None})

    def get(self, request: RequestId) -> Request | None:
        return by_id(self._c, Request, table, request)

    def lock(self, request: RequestId) -> bool:
        open_ = (table.c.id == request) & (table.c.state == RequestState.REQUESTED)
        return self._c.execute(update(table).where(open_).values(touched=table.c.touched + 1)).rowcount == 1

    def reminded(self, request: RequestId, at: datetime) -> bool:
        return self._change(request, table.c.reminded_at.is_(None), {"reminded_at": at})

    def escalated(self, request: RequestId, at: datetime, times: int) -> bool:
        values = {"escalated_at": at, "escalations": times}
        return self._change(request, table.c.escalations == times - 1, values)

    def _change(self, request: RequestId, only: ColumnElement[bool], values: dict[str, Any]) -> bool:
        """Once, while it is open."""
        mine = (table.c.id == request, table.c.state == RequestState.REQUESTED, only)
        return self._c.execute(update(table).where(*mine).values(values)).rowcount == 1

    def waiting(self, dedup_key: str) -> Request | None:
        open_ = (table.c.dedup_key == dedup_key) & (table.c.state == RequestState.REQUESTED)
        return one(self._c, Request, select(table).where(open_))

    def open_of(self, party: SlackUserId) -> tuple[Request, ...]:
        mine = ((table.c.requester == party) | (table.c.owner == party)) & (table.c.state == RequestState.REQUESTED)
        return many(self._c, Request, select(table).where(mine).order_by(table.c.made_at))

    def renewals_of(self, grant: GrantId) -> tuple[Request, ...]:
        return self._renewals(grant, RequestState.REQUESTED)

    def approved_renewals_of(self, grant: GrantId) -> tuple[Request, ...]:
        return self._renewals(grant, RequestState.APPROVED)

    def _renewals(self, grant: GrantId, state: RequestState) -> tuple[Request, ...]:
        theirs = (table.c.grant == grant) & (table.c.state == state)
        return many(self._c, Request, select(table).where(theirs).order_by(table.c.made_at))

    def approved_by_rule(
        self,
        rule: int,
        requester: SlackUserId,
        *,
        since: datetime,
        until: datetime | None = None,
        other_than: RequestId,
    ) -> int:
        theirs = (table.c.requester == requester, table.c.rule == rule, table.c.made_at > since, RULED)
        upto = () if until is None else (table.c.made_at <= until,)
        counted = select(func.count()).select_from(table).where(*theirs, *upto, table.c.id != other_than)
        return int(self._c.execute(counted).scalar_one())

    def ruled(self, request: RequestId, rule: int) -> None:
        self._c.execute(update(table).where(table.c.id == request).values(rule=rule))

    def open_all(self) -> tuple[Request, ...]:
        open_ = table.c.state == RequestState.REQUESTED
        return many(self._c, Request, select(table).where(open_).order_by(table.c.made_at))

    def due(self, now: datetime, most: int) -> tuple[Request, ...]:
        late = (table.c.state == RequestState.REQUESTED) & (table.c.decide_by <= now)
        return many(self._c, Request, select(table).where(late).order_by(table.c.decide_by).limit(most))
