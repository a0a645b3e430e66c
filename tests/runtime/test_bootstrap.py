"""What is said of a database that can't be used: the cause as SQLite names it, and never the driver's own words."""

import sqlite3
from pathlib import Path

import pytest
from sqlalchemy.exc import OperationalError

from bot.runtime.bootstrap import does_not_answer


def test_a_sqlite_file_that_cannot_be_written(tmp_path: Path) -> None:
    file = tmp_path / "ledger-canary.db"
    sqlite3.connect(file).close()
    ledger = sqlite3.connect(f"file:{file}?mode=ro", uri=True)
    with pytest.raises(sqlite3.OperationalError) as refused:
        ledger.execute("CREATE TABLE request (id TEXT)")
    ledger.close()
    said = does_not_answer(OperationalError("CREATE TABLE request", {}, refused.value))
    assert said == "the SQLite file can't be written; make the file and its folder writable for Latchkey's user"


def test_a_server_that_does_not_answer() -> None:
    said = does_not_answer(OperationalError("SELECT", {}, ConnectionError("canary")))
    assert said.startswith("the database doesn't answer (ConnectionError); check DATABASE_URL")
    assert "canary" not in said
