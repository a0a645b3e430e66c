"""Services that nobody used under a grant, in the ledger."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, Update, delete, or_, select, update

from bot.domain.ids import GrantId
from bot.domain.usage.last_accessed import AGAIN, LastAccessed
from bot.store.dialect import insert_into
from bot.store.insert_batch import Batch
from bot.store.rows import write
from bot.store.statement_methods import changes, row_of, rows_of
from bot.store.tables import last_accessed as table


class SqlLastAccessed:
    def __init__(self, connection: Batch) -> None:
        self._c = connection

    def request(self, grant: GrantId, now: datetime) -> None:
        fresh = insert_into(self._c, table).values(write(LastAccessed(grant, now, due_at=now)))
        old = table.c.due_at.is_(None) & or_(table.c.read_at.is_(None), table.c.read_at <= now - AGAIN)
        again = {"asked_at": now, "due_at": now, "job": None, "tries": 0}
        self._c.execute(fresh.on_conflict_do_update(index_elements=["grant"], set_=again, where=old))

    @row_of(LastAccessed)
    def of(self, grant: GrantId) -> Select[Any]:
        return select(table).where(table.c.grant == grant)

    @rows_of(LastAccessed)
    def due(self, now: datetime, most: int) -> Select[Any]:
        return select(table).where(table.c.due_at <= now).order_by(table.c.due_at).limit(most)

    def claim(self, row: LastAccessed, until: datetime) -> bool:
        return self._claim(row.grant, row.due_at, until)

    @changes
    def _claim(self, grant: GrantId, due_at: datetime | None, until: datetime) -> Update:
        return update(table).where(table.c.grant == grant, table.c.due_at == due_at).values(due_at=until)

    def store(self, row: LastAccessed) -> None:
        self._c.execute(update(table).where(table.c.grant == row.grant).values(write(row)))

    def drop(self, grant: GrantId) -> None:
        self._c.execute(delete(table).where(table.c.grant == grant))
