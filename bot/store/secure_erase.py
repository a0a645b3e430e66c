"""Erase what a deleted envelope leaves in the database's own files.

SQLite's secure_delete overwrites the main file only; the `-wal` keeps the ciphertext until it is truncated. PostgreSQL
keeps a dead row in the table's file; `envelope` is unlogged, so only that file has to be rewritten.
"""

from contextlib import closing

from sqlalchemy import Engine, insert, select, text
from sqlalchemy.exc import OperationalError

from bot.store.engine import BUSY_MILLISECONDS
from bot.store.tables import envelope as table

LOCK_NOT_AVAILABLE = "55P03"
LOCK = text("LOCK TABLE envelope IN ACCESS EXCLUSIVE MODE NOWAIT")  # waiting for the lock would block every reveal
TRUNCATE = text("TRUNCATE envelope")


def erase(engine: Engine) -> bool:
    """False if another connection reads or writes the table; try again then. Never waits."""
    return _truncate_wal(engine) if engine.dialect.name == "sqlite" else _write_anew(engine)


def _truncate_wal(engine: Engine) -> bool:
    with closing(engine.raw_connection()) as connection:
        cursor = connection.cursor()
        cursor.execute("PRAGMA busy_timeout = 0")
        try:
            cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
            ((busy, _pages, _moved),) = cursor.fetchall()
        finally:
            cursor.execute(f"PRAGMA busy_timeout = {BUSY_MILLISECONDS}")
    return not busy


def _write_anew(engine: Engine) -> bool:
    """TRUNCATE removes the file on commit; pending envelopes are copied to the new one."""
    with engine.connect() as connection:
        try:
            connection.execute(LOCK)
        except OperationalError as error:
            if getattr(error.orig, "sqlstate", None) != LOCK_NOT_AVAILABLE:
                raise
            return False
        waiting = [dict(each) for each in connection.execute(select(table)).mappings()]
        connection.execute(TRUNCATE)
        if waiting:
            connection.execute(insert(table), waiting)
        connection.commit()
    return True
