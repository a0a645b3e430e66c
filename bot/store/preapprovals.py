"""Pre-approvals in the ledger."""

from datetime import datetime

from sqlalchemy import insert, select, update

from bot.domain.ids import EntitlementId, RequestId, SlackUserId
from bot.domain.preapproval import Preapproval
from bot.store.due_conditions import PREAPPROVAL_OPEN
from bot.store.insert_batch import Batch, Insert
from bot.store.rows import by_id, many, write
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

    def of_owner(self, owner: SlackUserId, entitlement: EntitlementId, now: datetime) -> tuple[Preapproval, ...]:
        theirs = (table.c.owner == owner, table.c.entitlement == entitlement)
        return many(self._c, Preapproval, select(table).where(PREAPPROVAL_OPEN, *theirs, table.c.until > now))

    def of_request(self, request: RequestId) -> tuple[Preapproval, ...]:
        theirs = select(table).where(table.c.request == request)
        return many(self._c, Preapproval, theirs.order_by(table.c.made_at, table.c.id))

    def standing(self, now: datetime) -> tuple[Preapproval, ...]:
        every = select(table).where(PREAPPROVAL_OPEN, table.c.until > now)
        return many(self._c, Preapproval, every.order_by(table.c.until, table.c.id))

    def any(self, now: datetime) -> bool:
        one_row = select(table.c.id).where(PREAPPROVAL_OPEN, table.c.until > now).limit(1)
        return self._c.execute(one_row).first() is not None

    def end(self, preapproval: str, by: SlackUserId, at: datetime) -> bool:
        mine = update(table).where(table.c.id == preapproval, PREAPPROVAL_OPEN)
        return self._c.execute(mine.values(ended_at=at, ended_by=by)).rowcount == 1
