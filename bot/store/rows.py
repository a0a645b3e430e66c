"""Convert rows to and from the domain's dataclasses: columns and fields have the same names."""

from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from typing import Any, TypeVar

from sqlalchemy import Select, Table, Update, bindparam, select, update

from bot.store.built_once import Built, parameter
from bot.store.insert_batch import Batch

T = TypeVar("T")


def write(value: Any) -> dict[str, Any]:
    return {each.name: getattr(value, each.name) for each in fields(value)}


def one_of(cls: type[T], row: Mapping[str, Any]) -> T:
    """The dataclass from a row that may have more columns."""
    return cls(**{name: row[name] for name in _names(cls)})  # type: ignore[arg-type]


def one(connection: Batch, cls: type[T], query: Select[Any] | Built) -> T | None:
    row = connection.execute(query).mappings().first()
    return None if row is None else one_of(cls, row)  # type: ignore[arg-type]


def many(connection: Batch, cls: type[T], query: Select[Any] | Built) -> tuple[T, ...]:
    names = _names(cls)  # type: ignore[arg-type]
    return tuple(cls(**{name: row[name] for name in names}) for row in connection.execute(query).mappings())


def by_id(connection: Batch, cls: type[T], table: Table, key: str) -> T | None:
    row = connection.execute(_by_id(table), {"key": key}).mappings().first()
    return None if row is None else one_of(cls, row)  # type: ignore[arg-type]


@cache
def _by_id(table: Table) -> Select[Any]:
    """`cache` instead of `built_once`, because the table is part of the statement."""
    return select(table).where(table.c.id == bindparam("key"))


@cache
def _names(cls: type) -> tuple[str, ...]:
    return tuple(each.name for each in fields(cls))


def set_by_id(connection: Batch, table: Table, key: str | int, values: Mapping[str, Any]) -> None:
    """Set columns of the row with this id. A state changes only through `Transaction.transition`."""
    if "state" in values:
        raise ValueError("a state changes only through Transaction.transition")
    parameters = {parameter(name): value for name, value in values.items()}
    connection.execute(_set_by_id(table, tuple(values)), {"key": key, **parameters})


@cache
def _set_by_id(table: Table, columns: tuple[str, ...]) -> Update:
    set_to = {name: bindparam(parameter(name), type_=table.c[name].type) for name in columns}
    return update(table).where(table.c.id == bindparam("key")).values(set_to)
