"""Slack's answers about people and user groups, and who still has to be looked up."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update

from bot.ports import Known
from bot.store.dialect import insert_or_update
from bot.store.insert_batch import Batch
from bot.store.rows import many, write
from bot.store.tables import presence as table


class SqlPresences:
    def __init__(self, connection: Batch) -> None:
        self._c = connection

    def by_ids(self, ids: Sequence[str]) -> Mapping[str, Known]:
        rows = select(table).where(table.c.id.in_(ids), table.c.facts.is_not(None))
        return {each.id: each for each in many(self._c, Known, rows)}

    def store(self, answers: Iterable[Known]) -> None:
        rows = [{**write(each), "tried_at": each.read_at, "wanted_at": None} for each in answers]
        self._put(rows, "facts", "read_at", "tried_at", "wanted_at")

    def request(self, ids: Sequence[str], now: datetime) -> None:
        self._put([{"id": each, "wanted_at": now} for each in ids], "wanted_at")

    def mark_failed(self, ids: Sequence[str], now: datetime) -> None:
        self._c.execute(update(table).where(table.c.id.in_(ids)).values(tried_at=now))

    def lookups_due(self, wanted_since: datetime, tried_before: datetime, most: int) -> tuple[str, ...]:
        rested = or_(table.c.tried_at.is_(None), table.c.tried_at <= tried_before)
        due = select(table.c.id).where(table.c.wanted_at >= wanted_since, rested)
        return tuple(self._c.execute(due.order_by(table.c.tried_at.nulls_first(), table.c.id).limit(most)).scalars())

    def _put(self, rows: list[dict[str, Any]], *columns: str) -> None:
        ordered = sorted(rows, key=lambda row: str(row["id"]))  # sorted, so that two workers can't deadlock
        insert_or_update(self._c, table, ordered, columns)
