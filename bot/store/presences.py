"""What Slack said of people and user groups, and of whom it is yet to be asked."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update

from bot.ports import Known
from bot.store.batch import Batch
from bot.store.dialect import insert_into
from bot.store.rows import one
from bot.store.tables import presence as table


class SqlPresences:
    def __init__(self, connection: Batch) -> None:
        self._c = connection

    def get(self, id_: str) -> Known | None:
        return one(self._c, Known, select(table).where(table.c.id == id_, table.c.facts.is_not(None)))

    def keep(self, id_: str, facts: Mapping[str, Any], now: datetime) -> None:
        self._put(id_, facts=dict(facts), read_at=now, tried_at=now, wanted_at=None)

    def want(self, id_: str, now: datetime) -> None:
        self._put(id_, wanted_at=now)

    def unanswered(self, id_: str, now: datetime) -> None:
        self._c.execute(update(table).where(table.c.id == id_).values(tried_at=now))

    def to_ask(self, wanted_since: datetime, tried_before: datetime, most: int) -> tuple[str, ...]:
        rested = or_(table.c.tried_at.is_(None), table.c.tried_at <= tried_before)
        due = select(table.c.id).where(table.c.wanted_at >= wanted_since, rested)
        return tuple(self._c.execute(due.order_by(table.c.tried_at.nulls_first(), table.c.id).limit(most)).scalars())

    def _put(self, id_: str, **values: object) -> None:
        row = insert_into(self._c, table).values(id=id_, **values)
        self._c.execute(row.on_conflict_do_update(index_elements=["id"], set_=values))
