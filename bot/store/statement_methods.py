"""Methods of the ledger that are one statement: the body builds it, once, and the decorator says what comes back.

    @rows_of(Grant)
    def of_owner(self, owner: SlackUserId) -> Select[Any]:
        return select(table).where(table.c.owner == owner)

is called as `tx.grants.of_owner("U01ALICE")` and returns grants: the protocol in `bot/ports` says so. `built_once` says
what a body may do with an argument; its `self` is None. One column instead of rows: a function with `built_once`, below
the class.
"""

from collections.abc import Callable
from functools import partial, wraps
from typing import Any, Concatenate, ParamSpec, Protocol, TypeVar

from sqlalchemy import Executable, Select, Update

from bot.store.built_once import Built, built_once
from bot.store.insert_batch import Batch
from bot.store.rows import many, one

P = ParamSpec("P")
R = TypeVar("R")
T = TypeVar("T")
Rows = tuple[T, ...]


class _Store(Protocol):
    _c: Batch


S = TypeVar("S", bound=_Store)


def rows_of(
    cls: type[T],
) -> Callable[[Callable[Concatenate[S, P], Select[Any]]], Callable[Concatenate[S, P], Rows[T]]]:
    """Run the SELECT and return its rows."""

    def method(build: Callable[Concatenate[S, P], Select[Any]]) -> Callable[Concatenate[S, P], Rows[T]]:
        return _run(build, lambda connection, built: many(connection, cls, built))

    return method


def row_of(cls: type[T]) -> Callable[[Callable[Concatenate[S, P], Select[Any]]], Callable[Concatenate[S, P], T | None]]:
    """Run the SELECT and return its first row, or None."""

    def method(build: Callable[Concatenate[S, P], Select[Any]]) -> Callable[Concatenate[S, P], T | None]:
        return _run(build, lambda connection, built: one(connection, cls, built))

    return method


def changes(build: Callable[Concatenate[S, P], Update]) -> Callable[Concatenate[S, P], bool]:
    """Run the UPDATE of one row and return whether it changed it: of several at once, one gets True."""
    return _run(build, lambda connection, built: connection.execute(built).rowcount == 1)


def runs(build: Callable[Concatenate[S, P], Executable]) -> Callable[Concatenate[S, P], None]:
    """Run the statement, and return nothing."""
    return _run(build, _execute)


def _execute(connection: Batch, built: Built) -> None:
    connection.execute(built)


def _run(build: Callable[Concatenate[S, P], Any], run: Callable[[Batch, Built], R]) -> Callable[Concatenate[S, P], R]:
    built: Callable[P, Built] = built_once(partial(build, None))  # type: ignore[arg-type]

    @wraps(build)
    def method(self: S, /, *args: P.args, **kwargs: P.kwargs) -> R:
        return run(self._c, built(*args, **kwargs))

    return method
