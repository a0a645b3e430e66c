"""Ledgers that are emptied for the next test, with the connections that the test before opened.

A new SQLite connection reads the schema and prepares each statement once more, and a new PostgreSQL connection is a
process; emptying a ledger takes less than either.
"""

import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

import psycopg
from psycopg import sql
from sqlalchemy import Connection, Engine, event

from bot.store.engine import make_engine
from tests.postgres import Server

IDLE_MOST = 4  # idle connections of a ledger at most: all workers share PostgreSQL's limit
END_CONNECTIONS = """SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"""
POOLED = "pooled"  # by what name PostgreSQL knows the connections of a ledger's engine
COUNT_CONNECTIONS = f"""SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = '{POOLED}'"""
END_OTHER_CONNECTIONS = f"{END_CONNECTIONS} AND application_name <> '{POOLED}'"
SCHEMA = """SELECT md5(string_agg(said, ',' ORDER BY said)) FROM (
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
TABLES_WITH_ROWS = f"{TABLES} AND relname <> 'envelope' AND pg_relation_size(oid) > 0"
# Without a trigger or a foreign key's check, DELETE is thirty times as fast as TRUNCATE, which makes new files for a
# table and its indexes. Only ciphertexts must not stay in their file: tests look for them there.
WITHOUT_TRIGGERS = """BEGIN; SET LOCAL session_replication_role = replica;
    ALTER TABLE audit DISABLE TRIGGER USER; ALTER TABLE audit_chain DISABLE TRIGGER USER; {};
    ALTER TABLE audit ENABLE ALWAYS TRIGGER audit_refuses_changes; ALTER TABLE audit ENABLE ALWAYS TRIGGER audit_waits;
    ALTER TABLE audit_chain ENABLE ALWAYS TRIGGER audit_chain_refuses_changes; COMMIT"""
EMPTY = """{}; TRUNCATE envelope;
    SELECT setval(oid::regclass, 1, false) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'S';
    INSERT INTO audit_cursor (id, numbered, hash, sent, tries) VALUES (1, 0, repeat('0', 64), 0, 0)
        ON CONFLICT DO NOTHING"""


class Ledger(Protocol):
    """A migrated database without rows."""

    url: str
    engine: Engine

    def reset(self) -> bool:
        """Delete its rows. False if a test changed more than rows, or still uses it."""

    def remove(self) -> None: ...


@dataclass(frozen=True)
class Borrowed:
    url: str
    engine: Engine


@dataclass
class Pool:
    make: Callable[[], Ledger]
    idle: list[Ledger] = field(default_factory=list)

    @contextmanager
    def borrow(self) -> Iterator[Borrowed]:
        """A ledger for one test. Its engine has the ledger's connections, and event listeners of its own."""
        ledger = self.idle.pop() if self.idle else self.make()
        pool, made = ledger.engine.pool, ledger.engine
        engine = Engine(pool, made.dialect, made.url, hide_parameters=True)
        engine._compiled_cache = made._compiled_cache
        yield Borrowed(ledger.url, engine)
        event.listen(engine, "engine_connect", _refuse_late_use)
        kept = engine.pool is pool and pool.checkedout() == 0  # type: ignore[attr-defined]
        if kept and ledger.reset():
            self.idle.append(ledger)
        else:
            ledger.remove()

    def close(self) -> None:
        for each in self.idle:
            each.remove()


def _refuse_late_use(_connection: Connection) -> None:
    raise RuntimeError("a thread of an earlier test still uses this ledger: stop it in that test")


class SqliteLedger:
    def __init__(self, template: Path, folder: Path) -> None:
        self.file = Path(shutil.copy(template, Path(tempfile.mkdtemp(dir=folder)) / "ledger.db"))
        self.url = f"sqlite:///{self.file}"
        self.engine = make_engine(self.url)
        self._admin = sqlite3.connect(self.file, isolation_level=None, timeout=0, check_same_thread=False)
        self._admin.set_authorizer(_ignore_triggers)
        names = [name for (name,) in self._admin.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        with_rows = (f"SELECT '{each}' WHERE EXISTS (SELECT 1 FROM {each})" for each in names)
        self._tables_with_rows = " UNION ALL ".join(with_rows)
        self._first_rows = {name: self._admin.execute(f"SELECT * FROM {name}").fetchall() for name in self._tables()}
        self._schema, self._version = self._schema_now(), self._pragma("data_version")

    def reset(self) -> bool:
        if self._schema_now() != self._schema:
            return False
        if self.engine.pool.checkedin() > IDLE_MOST:  # type: ignore[attr-defined]
            self.engine.dispose()
        version = self._pragma("data_version")
        if version == self._version:
            return True  # nothing was committed
        try:
            self._admin.execute("BEGIN IMMEDIATE")
        except sqlite3.OperationalError:
            return False  # somebody still writes
        for name in self._tables():
            self._admin.execute(f"DELETE FROM {name}")
        for name, rows in self._first_rows.items():
            self._admin.executemany(f"INSERT INTO {name} VALUES ({', '.join('?' * len(rows[0]))})", rows)
        self._admin.execute("COMMIT")
        self._version = version
        return True

    def remove(self) -> None:
        self.engine.dispose()
        self._admin.close()
        shutil.rmtree(self.file.parent, ignore_errors=True)

    def _tables(self) -> list[str]:
        """Those with rows."""
        return [name for (name,) in self._admin.execute(self._tables_with_rows)]

    def _schema_now(self) -> tuple[Any, ...]:
        found = self.file.stat().st_ino if self.file.exists() else None
        return found, self._pragma("schema_version"), self._pragma("journal_mode")

    def _pragma(self, name: str) -> Any:
        return self._admin.execute(f"PRAGMA {name}").fetchone()[0]


def _ignore_triggers(action: int, _one: Any, _two: Any, _database: Any, trigger: str | None) -> int:
    """The triggers of `audit` refuse a DELETE by a SELECT, which this connection skips."""
    return sqlite3.SQLITE_IGNORE if trigger and action == sqlite3.SQLITE_SELECT else sqlite3.SQLITE_OK


class PostgresLedger:
    def __init__(self, server: Server) -> None:
        self.server, self.name = server, server.fresh()
        self.url = server.url(self.name)
        self.engine = make_engine(f"{self.url}&application_name={POOLED}")
        self._admin = psycopg.connect(self.url, autocommit=True)
        self._schema = _scalar(self._admin, SCHEMA)

    def reset(self) -> bool:
        try:
            return self._empty()
        except psycopg.OperationalError:
            return False  # the test ended this connection too

    def _empty(self) -> bool:
        connected = _scalar(self._admin, COUNT_CONNECTIONS)
        idle = self.engine.pool.checkedin()  # type: ignore[attr-defined]
        if connected != idle or idle > IDLE_MOST:
            self.engine.dispose()
        self._admin.execute(END_OTHER_CONNECTIONS)
        if _scalar(self._admin, SCHEMA) != self._schema:
            return False
        if tables := _scalar(self._admin, TABLES_WITH_ROWS):
            _run_without_triggers(self._admin, EMPTY.format("; ".join(f"DELETE FROM {each}" for each in tables)))
        return True

    def remove(self) -> None:
        self.engine.dispose()
        self._admin.close()
        self.server.drop(self.name)


class SavedRows:
    """A database's rows as they are now, to bring back as often as wanted: copying a database takes much longer."""

    def __init__(self, url: str) -> None:
        self._admin = psycopg.connect(url, autocommit=True)
        names = _scalar(self._admin, TABLES)
        copies = (f"CREATE TABLE saved.{each} AS TABLE {each}" for each in names)
        self._admin.execute(sql.SQL("; ".join(("CREATE SCHEMA saved", *copies))))
        again = (f"DELETE FROM {each}; INSERT INTO {each} OVERRIDING SYSTEM VALUE TABLE saved.{each}" for each in names)
        self._restoring = "; ".join(again)

    def restore(self) -> None:
        _run_without_triggers(self._admin, self._restoring)

    def close(self) -> None:
        self._admin.close()


def _run_without_triggers(connection: psycopg.Connection[Any], statements: str) -> None:
    connection.execute(sql.SQL(WITHOUT_TRIGGERS).format(sql.SQL(statements)))


def _scalar(connection: psycopg.Connection[Any], question: str) -> Any:
    (answer,) = connection.execute(question).fetchone() or (None,)
    return answer
