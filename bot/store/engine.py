"""The engine: SQLite with WAL and BEGIN IMMEDIATE, or PostgreSQL through psycopg 3."""

import os
import sqlite3
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import DisconnectionError

from bot.domain import retry

BUSY_MILLISECONDS = 5000
POOL = 40
BELIEVED_SECONDS = 5.0
PREPARED = 512  # statements of a SQLite connection: the ledger has several hundred, and Python keeps 128
OVERFLOW = 0  # at most 16 web threads and 32 Slack listeners share one process

COMMITTED = "READ COMMITTED"  # every conditional UPDATE relies on it
BEGIN = f"BEGIN ISOLATION LEVEL {COMMITTED}"

UNREACHABLE = {"connect_timeout": "5", "tcp_user_timeout": "10000"}
"""Of libpq, where the URL has none: seconds for a connection, milliseconds for what the server doesn't acknowledge.

Without them a thread waits for a database that is gone, and a request may be waiting for that thread.
"""


def normal(url: str) -> URL:
    """`postgres://` and `postgresql://` select psycopg 3."""
    parsed = make_url(url.replace("postgres://", "postgresql://", 1) if url.startswith("postgres://") else url)
    return parsed.set(drivername="postgresql+psycopg") if parsed.drivername == "postgresql" else parsed


def make_engine(url: str, *, busy_milliseconds: int = BUSY_MILLISECONDS) -> Engine:
    """Make the engine.

    Parameters are hidden in errors and logs. `busy_milliseconds`: how long SQLite waits for a writer.
    """
    parsed = normal(url)
    if parsed.get_backend_name() != "sqlite":
        engine = create_engine(
            parsed.set(query={**UNREACHABLE, **parsed.query}),
            hide_parameters=True,
            isolation_level=COMMITTED,
            pool_size=POOL,
            max_overflow=OVERFLOW,
            pool_use_lifo=True,  # few connections stay warm; the rest become idle
            pool_recycle=1800,
        )
        event.listen(engine, "checkin", _put_back)
        event.listen(engine, "checkout", _still_there(engine))
        return engine
    _make_private(parsed.database)
    engine = create_engine(
        parsed,
        hide_parameters=True,
        pool_size=POOL,
        max_overflow=OVERFLOW,
        pool_use_lifo=True,  # few connections have most of the statements prepared
        connect_args={"cached_statements": PREPARED},
    )
    event.listen(engine, "connect", _prepare(busy_milliseconds))
    engine.dialect.do_begin = _begin_immediate  # type: ignore[assignment,method-assign]
    return engine


def let_user_begin(connection: Connection) -> None:
    """Until it is back in the pool, the driver sends no BEGIN of its own on this PostgreSQL connection."""
    driver: Any = connection.connection.dbapi_connection
    driver.autocommit = True


def _put_back(connection: Any, record: Any) -> None:
    record.info["used"] = time.monotonic()
    if connection is not None and not connection.closed:
        connection.autocommit = False


def _still_there(engine: Engine) -> Callable[..., None]:
    """Ping an idle connection; a recently used one is assumed to be alive."""

    def check(connection: Any, record: Any, _proxy: Any) -> None:
        if time.monotonic() - record.info.get("used", 0.0) < BELIEVED_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as gone:
            raise DisconnectionError from gone  # the pool opens another one

    return check


def _make_private(database: str | None) -> None:
    """Create a new file for this user alone. SQLite gives its -wal and -shm the same rights."""
    if database and not database.startswith((":", "file:")):
        with suppress(OSError):  # it is there; otherwise SQLite says what is wrong
            os.close(os.open(database, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))


def _prepare(busy_milliseconds: int) -> Callable[..., None]:
    def prepare(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # pysqlite's implicit BEGIN loses updates
        connection.execute(f"PRAGMA busy_timeout = {busy_milliseconds}")
        _to_wal(connection)
        for pragma in (
            "foreign_keys = ON",
            "synchronous = NORMAL",
            # overwrites a deleted ciphertext in the main file; store/secure_erase.py handles the WAL
            "secure_delete = ON",
            "temp_store = MEMORY",  # no statement journal or sorter writes rows to a separate file
        ):
            connection.execute(f"PRAGMA {pragma}")

    return prepare


def _to_wal(connection: Any) -> None:
    """Switch to WAL. If two processes open a new file at once, SQLite returns "locked" to one without waiting."""
    until = time.monotonic() + BUSY_MILLISECONDS / 1000
    while True:
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError:
            if time.monotonic() > until:
                raise
            time.sleep(retry.wait(retry.SQLITE_BUSY).total_seconds())
        else:
            return


def _begin_immediate(connection: Any) -> None:
    """Instead of a listener of the event "begin", which would make SQLAlchemy look for listeners at each statement."""
    connection.execute("BEGIN IMMEDIATE")
