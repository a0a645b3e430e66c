"""A page of a query in one statement: its rows, and how many there are in all."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Select, Table, func

from bot.domain.home import Page
from bot.store.insert_batch import Batch
from bot.store.rows import one_of

T = TypeVar("T")
Row = Mapping[str, Any]
TOTAL = "rows_in_all"


class Section:
    """What the classes of this package share."""

    def __init__(self, connection: Batch) -> None:
        self._c = connection

    def _page(self, cls: type[T], query: Select[Any], most: int, offset: int = 0) -> Page[T]:
        rows, total, begin = self._slice(query, most, offset)
        return Page(tuple(one_of(cls, row) for row in rows), total, begin)

    def _slice(self, query: Select[Any], most: int, offset: int) -> tuple[list[Row], int, int]:
        """The first page instead where the list has become too short for the one that was asked for."""
        counted = query.with_only_columns(func.count(), maintain_column_froms=True).order_by(None)
        whole = query.add_columns(counted.scalar_subquery().label(TOTAL)).limit(most).offset(offset)
        rows: list[Row] = [dict(each) for each in self._c.execute(whole).mappings()]
        if not rows and offset:
            return self._slice(query, most, 0)
        return rows, int(rows[0][TOTAL]) if rows else 0, offset


def labelled(table: Table, cls: type[Any]) -> list[ColumnElement[Any]]:
    """The columns of one dataclass, named so that those of several tables fit in one row."""
    return [table.c[each.name].label(f"{table.name}_{each.name}") for each in fields(cls)]


def read(table: Table, cls: type[T], row: Mapping[str, Any]) -> T:
    return one_of(cls, {each.name: row[f"{table.name}_{each.name}"] for each in fields(cls)})  # type: ignore[arg-type]
