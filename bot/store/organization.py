"""The organization's accounts, in the ledger."""

from collections.abc import Collection, Iterable
from datetime import datetime

from sqlalchemy import delete, func, insert, select

from bot.domain.hygiene.organization import NAMES_SHOWN, Member, Outside
from bot.store.insert_batch import Batch
from bot.store.tables import member_account as table


class SqlMembers:
    def __init__(self, connection: Batch) -> None:
        self._c = connection

    def replace_all(self, members: Iterable[Member], now: datetime) -> None:
        self._c.execute(delete(table))
        rows = [{"id": each.id, "name": each.name, "seen_at": now} for each in members]
        if rows:
            self._c.execute(insert(table), rows)

    def outside(self, ids: Collection[str]) -> Outside | None:
        """One query: the window counts before the limit."""
        many = func.count().over().label("many")
        rows = select(many, table.c.name, table.c.seen_at).where(table.c.id.not_in(ids))
        found = self._c.execute(rows.order_by(table.c.name, table.c.id).limit(NAMES_SHOWN)).all()
        return Outside(found[0].many, tuple(each.name for each in found), found[0].seen_at) if found else None
