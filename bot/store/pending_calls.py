"""AWS calls in progress, in the ledger."""

from typing import Any

from sqlalchemy import Delete, Select, delete, select

from bot.domain.keys.pending_call import PendingCall
from bot.store.dialect import insert_or_update
from bot.store.insert_batch import Batch
from bot.store.rows import write
from bot.store.statement_methods import row_of, runs
from bot.store.tables import pending_call as table


class SqlPendingCalls:
    def __init__(self, connection: Batch) -> None:
        self._c = connection

    def begin(self, call: PendingCall) -> None:
        insert_or_update(self._c, table, [write(call)])

    @row_of(PendingCall)
    def on(self, subject: str) -> Select[Any]:
        return select(table).where(table.c.subject == subject)

    @runs
    def end(self, subject: str) -> Delete:
        return delete(table).where(table.c.subject == subject)
