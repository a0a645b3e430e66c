"""Pre-approvals in the ledger."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, Update, insert, select, update

from bot.domain.ids import EntitlementId, RequestId, SlackUserId
from bot.domain.requests.preapproval import Preapproval
from bot.store.built_once import built_once
from bot.store.due_conditions import PREAPPROVAL_OPEN
from bot.store.insert_batch import Batch, Insert
from bot.store.rows import by_id, write
from bot.store.statement_methods import changes, rows_of
from bot.store.tables import preapproval as table

ADD = Insert(insert(table).inline())


class SqlPreapprovals:
    def __init__(self, connection: Batch) -> None:
        self._c, self.added = connection, False

    def add(self, row: Preapproval) -> None:
        self._c.add(ADD, write(row))
        self.added = True

    def get(self, preapproval: str) -> Preapproval | None:
        return by_id(self._c, Preapproval, table, preapproval)

    @rows_of(Preapproval)
    def of_owner(self, owner: SlackUserId, entitlement: EntitlementId, now: datetime) -> Select[Any]:
        theirs = (table.c.owner == owner, table.c.entitlement == entitlement)
        return select(table).where(PREAPPROVAL_OPEN, *theirs, table.c.until > now)

    @rows_of(Preapproval)
    def of_request(self, request: RequestId) -> Select[Any]:
        theirs = select(table).where(table.c.request == request)
        return theirs.order_by(table.c.made_at, table.c.id)

    @rows_of(Preapproval)
    def standing(self, now: datetime) -> Select[Any]:
        every = select(table).where(PREAPPROVAL_OPEN, table.c.until > now)
        return every.order_by(table.c.until, table.c.id)

    def any(self, now: datetime) -> bool:
        return self._c.execute(_first(now)).first() is not None

    @changes
    def end(self, preapproval: str, by: SlackUserId, at: datetime) -> Update:
        mine = update(table).where(table.c.id == preapproval, PREAPPROVAL_OPEN)
        return mine.values(ended_at=at, ended_by=by)


@built_once
def _first(now: datetime) -> Select[Any]:
    return select(table.c.id).where(PREAPPROVAL_OPEN, table.c.until > now).limit(1)
