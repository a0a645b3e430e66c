"""Bulk limit questions in the ledger: at most one open question for each account and action."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, Update, select, update

from bot.domain.bulk_limit import BulkAction, Halt, Verdict
from bot.domain.ids import AccountName, SlackUserId
from bot.store.dialect import insert_new
from bot.store.insert_batch import Batch
from bot.store.rows import by_id, write
from bot.store.statement_methods import changes, row_of
from bot.store.tables.bulk_limit import halt as table


class SqlHalts:
    def __init__(self, connection: Batch) -> None:
        self._c = connection

    def add(self, halt: Halt) -> bool:
        return insert_new(self._c, table, write(halt))

    def get(self, halt: str) -> Halt | None:
        return by_id(self._c, Halt, table, halt)

    @row_of(Halt)
    def last(self, account: AccountName, action: BulkAction) -> Select[Any]:
        mine = select(table).where(table.c.account == account, table.c.deed == action)
        return mine.order_by(table.c.verdict.is_not(None), table.c.settled_at.desc()).limit(1)

    @changes
    def settle(self, halt: str, verdict: Verdict, by: SlackUserId, at: datetime) -> Update:
        mine = update(table).where(table.c.id == halt, table.c.verdict.is_(None))
        return mine.values(verdict=verdict, settled_by=by, settled_at=at)
