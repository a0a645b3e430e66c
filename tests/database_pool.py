"""Reused PostgreSQL databases: emptying one takes a tenth of the time of creating another."""

from dataclasses import dataclass, field
from typing import Any

import psycopg
from psycopg import sql

from tests.postgres import Server

CUT_OFF = """SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"""
SHAPE = """SELECT md5(string_agg(said, ',' ORDER BY said)) FROM (
    SELECT concat_ws(' ', relname, relkind, relpersistence, attname, atttypid, attnotnull) AS said
        FROM pg_class LEFT JOIN pg_attribute ON attrelid = pg_class.oid AND attnum > 0
        WHERE relnamespace = 'public'::regnamespace
    UNION ALL SELECT conname FROM pg_constraint WHERE connamespace = 'public'::regnamespace
    UNION ALL SELECT concat_ws(' ', tgname, tgenabled) FROM pg_trigger WHERE NOT tgisinternal
    UNION ALL SELECT prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION ALL SELECT tablename FROM pg_stats WHERE schemaname = 'public'
    UNION ALL SELECT array_to_string(setconfig, ' ') FROM pg_db_role_setting
    UNION ALL SELECT version_num FROM alembic_version
) AS all_of_it"""
TABLES = """SELECT array_agg(quote_ident(relname)) FROM pg_class WHERE relnamespace = 'public'::regnamespace
    AND relkind = 'r' AND relname <> 'alembic_version'"""
FILLED = f"{TABLES} AND relname <> 'envelope' AND pg_relation_size(oid) > 0"
# Without a trigger or a foreign key's check, DELETE is thirty times as fast as TRUNCATE, which makes new files for a
# table and its indexes. Only ciphertexts must not stay in their file: tests look for them there.
UNCHECKED = """BEGIN; SET LOCAL session_replication_role = replica;
    ALTER TABLE audit DISABLE TRIGGER USER; ALTER TABLE audit_chain DISABLE TRIGGER USER; {};
    ALTER TABLE audit ENABLE ALWAYS TRIGGER audit_refuses_changes; ALTER TABLE audit ENABLE ALWAYS TRIGGER audit_waits;
    ALTER TABLE audit_chain ENABLE ALWAYS TRIGGER audit_chain_refuses_changes; COMMIT"""
EMPTY = """{}; TRUNCATE envelope;
    SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'S';
    INSERT INTO audit_cursor (id, numbered, hash, sent, tries) VALUES (1, 0, repeat('0', 64), 0, 0)
        ON CONFLICT DO NOTHING"""


@dataclass
class Pool:
    server: Server
    idle: list[str] = field(default_factory=list)
    shape: str = ""  # of the template; a database is reused only if it still matches

    def lend(self) -> str:
        """A migrated database without rows."""
        if self.idle:
            return self.idle.pop()
        name = self.server.fresh()
        with psycopg.connect(self.server.url(name), autocommit=True) as connection:
            self.shape = _said(connection, SHAPE)
        return name

    def take_back(self, name: str) -> None:
        """Empty it for the next test, or drop it if this test changed more than rows."""
        with psycopg.connect(self.server.url(name), autocommit=True) as connection:
            connection.execute(CUT_OFF)
            same = _said(connection, SHAPE) == self.shape
            if same and (filled := _said(connection, FILLED)):
                deletes = "; ".join(f"DELETE FROM {each}" for each in filled)
                _unchecked(connection, EMPTY.format(deletes))
        if same:
            self.idle.append(name)
        else:
            self.server.drop(name)


@dataclass(frozen=True)
class Kept:
    """A database's rows as they are now, to bring back as often as wanted: copying a database takes much longer."""

    url: str

    def __post_init__(self) -> None:
        self._each("CREATE TABLE kept.{0} AS TABLE {0}", "CREATE SCHEMA kept")

    def bring_back(self) -> None:
        self._each("DELETE FROM {0}; INSERT INTO {0} OVERRIDING SYSTEM VALUE TABLE kept.{0}")

    def _each(self, statement: str, first: str = "") -> None:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute(CUT_OFF)
            told = [first, *(statement.format(each) for each in _said(connection, TABLES))]
            _unchecked(connection, "; ".join(told))


def _unchecked(connection: psycopg.Connection[Any], statements: str) -> None:
    connection.execute(sql.SQL(UNCHECKED).format(sql.SQL(statements)))


def _said(connection: psycopg.Connection[Any], question: str) -> Any:
    (answer,) = connection.execute(question).fetchone() or (None,)
    return answer
