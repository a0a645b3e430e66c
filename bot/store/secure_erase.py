"""What a deleted envelope leaves in the database's own files, and how it is erased.

SQLite's secure_delete overwrites the main file alone: the `-wal` keeps the ciphertext until it is truncated. PostgreSQL
keeps a dead row in the table's file; `envelope` is unlogged, so the file is all there is, and it is written anew.
"""

from contextlib import closing

from sqlalchemy import Engine, insert, select, text
from sqlalchemy.exc import OperationalError

from bot.store.engine import BUSY_MILLISECONDS
from bot.store.tables import envelope as table

LOCK_NOT_AVAILABLE = "55P03"
LOCK = text("LOCK TABLE envelope IN ACCESS EXCLUSIVE MODE NOWAIT")  # a lock that waits would hold up every reveal
TRUNCATE = text("TRUNCATE envelope")


def erase(engine: Engine) -> bool:
    """False while somebody reads or writes there: to be tried again. Never waits for them."""
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
    """TRUNCATE takes the file away at the commit; the envelopes that wait move to the next one."""
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
