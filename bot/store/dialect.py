"""The one place where SQLite and PostgreSQL are told apart: INSERT … ON CONFLICT."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection, Table
from sqlalchemy.dialects import postgresql, sqlite


def insert_into(connection: Connection, table: Table) -> Any:
    """An INSERT that knows on_conflict_do_nothing and on_conflict_do_update on this database."""
    return sqlite.insert(table) if connection.dialect.name == "sqlite" else postgresql.insert(table)


def insert_new(connection: Connection, table: Table, values: Mapping[str, Any]) -> bool:
    """False when a unique law says that such a row stands already. The transaction lives on.

    The row itself is the answer: an INSERT's rowcount is -1 on PostgreSQL, which is true.
    """
    new = insert_into(connection, table).values(**values).on_conflict_do_nothing()
    return connection.execute(new.returning(*table.primary_key)).first() is not None
