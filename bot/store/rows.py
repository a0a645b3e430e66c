"""Convert rows to and from the domain's dataclasses: columns and fields have the same names."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from functools import cache, partial, wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Executable, Select, Table, Update, bindparam, select, update

from bot.store.built_once import Built, built_once
from bot.store.insert_batch import Batch

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
Rows = tuple[T, ...]


class _Store(Protocol):
    _c: Batch


S = TypeVar("S", bound=_Store)


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
    """Cached, because building the most frequent SELECT costs more than running it."""
    return select(table).where(table.c.id == bindparam("key"))


@cache
def _names(cls: type) -> tuple[str, ...]:
    return tuple(each.name for each in fields(cls))


# --- methods that are one statement, built once -----------------------------------------------------------------------


def rows_of(cls: type[T]) -> Callable[[Callable[Concatenate[S, P], Select[Any]]], Callable[Concatenate[S, P], Rows[T]]]:
    """From a method that builds a SELECT, one that returns its rows."""

    def method(build: Callable[Concatenate[S, P], Select[Any]]) -> Callable[Concatenate[S, P], Rows[T]]:
        return _run(build, lambda connection, built: many(connection, cls, built))

    return method


def row_of(cls: type[T]) -> Callable[[Callable[Concatenate[S, P], Select[Any]]], Callable[Concatenate[S, P], T | None]]:
    """From a method that builds a SELECT, one that returns its first row, or None."""

    def method(build: Callable[Concatenate[S, P], Select[Any]]) -> Callable[Concatenate[S, P], T | None]:
        return _run(build, lambda connection, built: one(connection, cls, built))

    return method


def changes(build: Callable[Concatenate[S, P], Update]) -> Callable[Concatenate[S, P], bool]:
    """From a method that builds an UPDATE of one row, one that returns whether it changed that row."""
    return _run(build, lambda connection, built: connection.execute(built).rowcount == 1)


def runs(build: Callable[Concatenate[S, P], Executable]) -> Callable[Concatenate[S, P], None]:
    """From a method that builds a statement, one that runs it."""
    return _run(build, _execute)


def _execute(connection: Batch, built: Built) -> None:
    connection.execute(built)


def _run(build: Callable[Concatenate[S, P], Any], run: Callable[[Batch, Built], R]) -> Callable[Concatenate[S, P], R]:
    built: Callable[P, Built] = built_once(partial(build, None))  # type: ignore[arg-type]

    @wraps(build)
    def method(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return run(self._c, built(*args, **kwargs))

    return method


# --- updates of one row -----------------------------------------------------------------------------------------------


def set_by_id(connection: Batch, table: Table, key: str | int, values: Mapping[str, Any]) -> None:
    """Set columns of one row."""
    parameters = {f"{name}_": value for name, value in values.items()}
    connection.execute(_set_by_id(table, tuple(values)), {"key": key, **parameters})


@cache
def _set_by_id(table: Table, columns: tuple[str, ...]) -> Update:
    set_to = {name: bindparam(f"{name}_", type_=table.c[name].type) for name in columns}
    return update(table).where(table.c.id == bindparam("key")).values(set_to)
