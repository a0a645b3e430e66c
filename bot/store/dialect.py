"""INSERT … ON CONFLICT, which each of the two databases has in its own dialect."""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import Table

from bot.store.insert_batch import Batch


def insert_into(connection: Batch, table: Table) -> Any:
    """An INSERT with on_conflict_do_nothing and on_conflict_do_update for this database."""
    return insert_on(table, connection.dialect)


def insert_on(table: Table, dialect: str) -> Any:
    if dialect == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # three megabytes that a process on SQLite doesn't need

    return postgresql.insert(table)


def insert_new(connection: Batch, table: Table, values: Mapping[str, Any]) -> bool:
    """Insert a row; False if a unique constraint has it already. The transaction continues.

    Uses RETURNING, because an INSERT's rowcount is -1 on PostgreSQL, which is truthy.
    """
    return connection.execute(_insert_new(table, connection.dialect), dict(values)).first() is not None


def insert_or_update(
    connection: Batch, table: Table, rows: Sequence[Mapping[str, Any]], changed: Sequence[str] = ()
) -> None:
    """Insert rows of equal columns. Where the primary key exists, set `changed`: by default every other column."""
    if rows:
        others = tuple(each for each in rows[0] if each not in table.primary_key.columns)
        statement = _insert_or_update(table, connection.dialect, tuple(changed) or others)
        connection.execute(statement, [dict(each) for each in rows] if len(rows) > 1 else dict(rows[0]))


@cache
def _insert_or_update(table: Table, dialect: str, changed: tuple[str, ...]) -> Any:
    fresh = insert_on(table, dialect)
    set_to = {each: fresh.excluded[each] for each in changed}
    return fresh.on_conflict_do_update(index_elements=list(table.primary_key), set_=set_to)


@cache
def _insert_new(table: Table, dialect: str) -> Any:
    return insert_on(table, dialect).on_conflict_do_nothing().returning(*table.primary_key)
