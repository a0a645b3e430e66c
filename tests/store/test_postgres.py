"""The PostgreSQL fixture says what is missing, and leaves nothing behind."""

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from bot.domain.events import Tag
from bot.store.engine import make_engine
from bot.store.work import SqlUnitOfWork
from tests import postgres
from tests.fakes import ALICE, FakeClock

SOCKET_MOST = 107
FAILING = """
import sys
from bot.store.engine import make_engine
from tests import postgres
with postgres.running() as server:
    print(server.folder, server.process.pid, flush=True)
    raise SystemExit(3)
"""


def test_missing_programs_are_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "find_spec", lambda _name: None)
    with pytest.raises(RuntimeError, match=r"install the development dependencies"):
        postgres.binaries()


def test_it_is_gone_after_a_failure() -> None:
    root = Path(postgres.__file__).parents[1]
    seen = subprocess.run(
        [sys.executable, "-c", FAILING], capture_output=True, text=True, cwd=root, check=False, timeout=120
    )
    assert seen.returncode == 3, seen.stderr
    folder, pid = seen.stdout.split()
    assert not Path(folder).exists()
    with pytest.raises(ProcessLookupError):
        os.kill(int(pid), 0)


def test_it_is_not_root_and_its_socket_is_short(postgres_server: postgres.Server) -> None:
    (socket,) = postgres_server.folder.glob(".s.PGSQL.*[0-9]")
    assert len(str(socket)) <= SOCKET_MOST
    assert socket.owner() != "root"


def test_it_also_runs_where_no_one_may_not_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_reachable", lambda _path: False)
    if not postgres._ids():
        pytest.skip("only root hands the server to another user")
    with postgres.running() as server:
        assert server.programs.is_relative_to(server.folder)


def test_a_server_that_is_gone_is_noticed_in_seconds_unless_the_url_says_otherwise(postgres_url: str) -> None:
    for more, expected in (("", ("5", "10000")), ("&connect_timeout=30", ("30", "10000"))):
        engine = make_engine(postgres_url + more)
        with engine.connect() as connection:
            driver: Any = connection.connection.dbapi_connection
            said = driver.info.get_parameters()
        engine.dispose()
        assert (said["connect_timeout"], said["tcp_user_timeout"]) == expected


def test_a_transaction_is_read_committed_whatever_the_server_says(postgres_url: str, clock: FakeClock) -> None:
    engine = make_engine(postgres_url + "&options=-c%20default_transaction_isolation%3Dserializable")
    work = SqlUnitOfWork(engine, clock)
    with work.begin() as tx:
        tx.record(Tag.REQUEST_MADE, "r1", by=ALICE, at=clock.now())  # alone, without BEGIN
    with engine.connect() as connection:
        assert connection.exec_driver_sql("SHOW transaction_isolation").scalar() == "read committed"
        connection.exec_driver_sql("INSERT INTO flag (name) VALUES ('undone')")
        connection.rollback()
        assert connection.exec_driver_sql("SELECT count(*) FROM flag WHERE name = 'undone'").scalar() == 0
    engine.dispose()
