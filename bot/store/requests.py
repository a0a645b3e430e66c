"""Requests in the ledger."""

from datetime import datetime

from sqlalchemy import Connection, insert, select, update

from bot.domain.ids import RequestId, SlackUserId
from bot.domain.lifecycle import RequestState
from bot.domain.request import Request
from bot.store.rows import by_id, many, write
from bot.store.tables import request as table


class SqlRequests:
    def __init__(self, connection: Connection) -> None:
        self._c = connection

    def add(self, request: Request) -> None:
        self._c.execute(insert(table).values(write(request)))

    def get(self, request: RequestId) -> Request | None:
        return by_id(self._c, Request, table, request)

    def lock(self, request: RequestId) -> bool:
        open_ = (table.c.id == request) & (table.c.state == RequestState.REQUESTED)
        return self._c.execute(update(table).where(open_).values(touched=table.c.touched + 1)).rowcount == 1

    def open_of(self, requester: SlackUserId) -> tuple[Request, ...]:
        mine = (table.c.requester == requester) & (table.c.state == RequestState.REQUESTED)
        return many(self._c, Request, select(table).where(mine).order_by(table.c.made_at))

    def open_all(self) -> tuple[Request, ...]:
        open_ = table.c.state == RequestState.REQUESTED
        return many(self._c, Request, select(table).where(open_).order_by(table.c.made_at))

    def due(self, now: datetime, most: int) -> tuple[Request, ...]:
        late = (table.c.state == RequestState.REQUESTED) & (table.c.decide_by <= now)
        return many(self._c, Request, select(table).where(late).order_by(table.c.decide_by).limit(most))
