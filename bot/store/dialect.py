"""Where SQL on SQLite and PostgreSQL differs: INSERT … ON CONFLICT."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from sqlalchemy import Table

from bot.store.insert_batch import Batch


def insert_into(connection: Batch, table: Table) -> Any:
    """An INSERT that knows on_conflict_do_nothing and on_conflict_do_update on this database."""
    return insert_on(table, connection.dialect)


def insert_on(table: Table, dialect: str) -> Any:
    if dialect == "sqlite":
        from sqlalchemy.dialects import sqlite

        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # three megabytes, which a process on SQLite need not hold

    return postgresql.insert(table)


def insert_new(connection: Batch, table: Table, values: Mapping[str, Any]) -> bool:
    """False when a unique law says that such a row stands already. The transaction lives on.

    The row itself is the answer: an INSERT's rowcount is -1 on PostgreSQL, which is true.
    """
    return connection.execute(_new(table, connection.dialect), dict(values)).first() is not None


@cache
def _new(table: Table, dialect: str) -> Any:
    """Made once for each table: to put an INSERT together costs more than to run it."""
    return insert_on(table, dialect).on_conflict_do_nothing().returning(*table.primary_key)
