"""AWS calls in progress, in the ledger."""

from sqlalchemy import delete, select

from bot.domain.pending_call import PendingCall
from bot.store.dialect import insert_into
from bot.store.insert_batch import Batch
from bot.store.rows import one, write
from bot.store.tables import pending_call as table


class SqlPendingCalls:
    def __init__(self, connection: Batch) -> None:
        self._c = connection

    def begin(self, call: PendingCall) -> None:
        row = write(call)
        fresh = insert_into(self._c, table).values(row)
        self._c.execute(fresh.on_conflict_do_update(index_elements=["subject"], set_=row))

    def on(self, subject: str) -> PendingCall | None:
        return one(self._c, PendingCall, select(table).where(table.c.subject == subject))

    def end(self, subject: str) -> None:
        self._c.execute(delete(table).where(table.c.subject == subject))
