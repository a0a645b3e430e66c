"""A database's files on disk, byte for byte, and what a backup by the guide's instructions restores."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from sqlalchemy import Engine, text

from tests.postgres import Server


def database_files(engine: Engine, server: Server | None) -> dict[str, bytes]:
    """SQLite's file, -wal, -shm and -journal; for PostgreSQL the database's folder, temporary files, log and WAL."""
    if server is None:
        ledger = Path(str(engine.url.database))
        return {each.name: each.read_bytes() for each in sorted(ledger.parent.glob(f"{ledger.name}*"))}
    with engine.begin() as connection:
        number = connection.scalar(text("SELECT oid FROM pg_database WHERE datname = current_database()"))
        connection.execute(text("CHECKPOINT"))
        connection.execute(text("SELECT pg_switch_wal()"))
    data = server.folder / "data"
    places = [data / "base" / str(number), data / "base" / "pgsql_tmp", data / "pg_wal", server.folder / "log"]
    files = [each for place in places for each in ([place] if place.is_file() else sorted(place.rglob("*")))]
    return {f"{each.parent.name}/{each.name}": _read(each) for each in files if each.is_file()}


def _read(file: Path) -> bytes:
    """A WAL segment is mostly empty; a file may disappear while it is read."""
    try:
        return file.read_bytes().rstrip(b"\0")
    except FileNotFoundError:
        return b""


def backed_up(engine: Engine, server: Server | None, folder: Path) -> Path:
    """By the guide's instructions. SQLite's are `.restore`, DELETE and VACUUM INTO, without the program sqlite3."""
    made = folder / "latchkey.backup"
    if server is not None:
        database = str(engine.url.database)
        words = ("--no-unlogged-table-data", "--format=custom", "-h", str(server.folder), "-U", "latchkey", database)
        made = server.folder / f"{database}.backup"  # a folder that the server's user can write to
        server.tool("pg_dump", *words, f"--file={made}")
        return made
    engine.dispose()  # reading the files of an open SQLite database drops this process's locks on it
    with closing(sqlite3.connect(str(engine.url.database))) as ledger, closing(sqlite3.connect(":memory:")) as copy:
        ledger.backup(copy)
        copy.execute("DELETE FROM envelope")
        copy.commit()
        copy.execute("VACUUM INTO ?", (str(made),))
    return made


@contextmanager
def restored(backup: Path, server: Server | None) -> Iterator[str]:
    """The URL of a database made from the backup."""
    if server is None:
        yield f"sqlite:///{backup}"
        return
    name = server.fresh(template=None)
    server.tool("pg_restore", "-h", str(server.folder), "-U", "latchkey", "-d", name, str(backup))
    yield server.url(name)
    server.drop(name)
