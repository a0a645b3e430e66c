"""Drift in the ledger: one open row for each thing that differs in AWS."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Update, or_, select, update

from bot.domain.drift.difference import Difference
from bot.domain.grant import Grant
from bot.domain.ids import AccountName, GrantId, SlackUserId
from bot.domain.lifecycle import GrantState
from bot.store.dialect import insert_new
from bot.store.due_conditions import DIFFERENCE_UNREPORTED
from bot.store.insert_batch import Batch
from bot.store.rows import by_id, set_by_id, write
from bot.store.statement_methods import changes, rows_of
from bot.store.tables import difference as table
from bot.store.tables import grants

OPEN = table.c.closed_at.is_(None)
UNREPORTED = table.c.told_at.is_(None)
WAITS = (OPEN, table.c.pressed_by.is_not(None), table.c.repaired_at.is_(None))


class SqlDifferences:
    def __init__(self, connection: Batch) -> None:
        self._c = connection

    def add(self, difference: Difference) -> bool:
        return insert_new(self._c, table, write(difference))

    def get(self, difference: str) -> Difference | None:
        return by_id(self._c, Difference, table, difference)

    @rows_of(Difference)
    def open_of(self, grant: GrantId) -> Select[Any]:
        rows = select(table).where(table.c.grant == grant, OPEN)
        return rows.order_by(table.c.seen_at, table.c.id)

    @rows_of(Grant)
    def unconfirmed(self, account: AccountName, before: datetime, most: int) -> Select[Any]:
        seen = select(table.c.grant).where(DIFFERENCE_UNREPORTED, table.c.seen_at <= before).distinct().subquery()
        mine = (grants.c.account == account, grants.c.state == GrantState.ACTIVE)
        rows = select(grants).join(seen, seen.c.grant == grants.c.id).where(*mine)
        return rows.order_by(seen.c.grant).limit(most)

    def set(self, difference: str, **columns: object) -> None:
        set_by_id(self._c, table, difference, columns)

    @changes
    def request_repair(self, difference: str, by: SlackUserId, at: datetime) -> Update:
        waits = (OPEN, ~UNREPORTED, table.c.pressed_by.is_(None), table.c.repaired_at.is_(None))
        return _one(difference).where(*waits).values(pressed_by=by, pressed_at=at, next_try_at=None, stuck_on=None)

    @rows_of(Difference)
    def repairs_due(self, now: datetime, most: int) -> Select[Any]:
        rows = select(table).where(*WAITS, _free(now))
        return rows.order_by(table.c.pressed_at).limit(most)

    @changes
    def claim(self, difference: str, now: datetime, until: datetime) -> Update:
        return _one(difference).where(*WAITS, _free(now)).values(next_try_at=until)


def _one(difference: str) -> Update:
    return update(table).where(table.c.id == difference)


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(table.c.next_try_at.is_(None), table.c.next_try_at <= now)
