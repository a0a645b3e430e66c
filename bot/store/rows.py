"""Convert rows to and from the domain's dataclasses: columns and fields have the same names."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any, TypeVar

from sqlalchemy import Select, Table, select

from bot.store.insert_batch import Batch

T = TypeVar("T")


def write(value: Any) -> dict[str, Any]:
    return {each.name: getattr(value, each.name) for each in fields(value)}


def one_of(cls: type[T], row: Mapping[str, Any]) -> T:
    """The dataclass from a row that may have more columns."""
    return cls(**{each.name: row[each.name] for each in fields(cls)})  # type: ignore[arg-type]


def one(connection: Batch, cls: type[T], query: Select[Any]) -> T | None:
    row = connection.execute(query).mappings().first()
    return None if row is None else one_of(cls, row)  # type: ignore[arg-type]


def many(connection: Batch, cls: type[T], query: Select[Any]) -> tuple[T, ...]:
    names = [each.name for each in fields(cls)]  # type: ignore[arg-type]
    return tuple(cls(**{name: row[name] for name in names}) for row in connection.execute(query).mappings())


def by_id(connection: Batch, cls: type[T], table: Table, key: str) -> T | None:
    return one(connection, cls, select(table).where(table.c.id == key))
