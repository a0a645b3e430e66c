"""Services that nobody used under a grant, in the ledger."""

from datetime import datetime

from sqlalchemy import delete, or_, select, update

from bot.domain.ids import GrantId
from bot.domain.last_accessed import AGAIN, LastAccessed
from bot.store.dialect import insert_into
from bot.store.insert_batch import Batch
from bot.store.rows import many, one, write
from bot.store.tables import last_accessed as table


class SqlLastAccessed:
    def __init__(self, connection: Batch) -> None:
        self._c = connection

    def want(self, grant: GrantId, now: datetime) -> None:
        fresh = insert_into(self._c, table).values(write(LastAccessed(grant, now, due_at=now)))
        old = table.c.due_at.is_(None) & or_(table.c.read_at.is_(None), table.c.read_at <= now - AGAIN)
        again = {"asked_at": now, "due_at": now, "job": None, "tries": 0}
        self._c.execute(fresh.on_conflict_do_update(index_elements=["grant"], set_=again, where=old))

    def of(self, grant: GrantId) -> LastAccessed | None:
        return one(self._c, LastAccessed, select(table).where(table.c.grant == grant))

    def due(self, now: datetime, most: int) -> tuple[LastAccessed, ...]:
        rows = select(table).where(table.c.due_at <= now).order_by(table.c.due_at).limit(most)
        return many(self._c, LastAccessed, rows)

    def claim(self, row: LastAccessed, until: datetime) -> bool:
        same = (table.c.grant == row.grant, table.c.due_at == row.due_at)
        return self._c.execute(update(table).where(*same).values(due_at=until)).rowcount == 1

    def keep(self, row: LastAccessed) -> None:
        self._c.execute(update(table).where(table.c.grant == row.grant).values(write(row)))

    def drop(self, grant: GrantId) -> None:
        self._c.execute(delete(table).where(table.c.grant == grant))
