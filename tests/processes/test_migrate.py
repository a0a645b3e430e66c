"""`latchkey migrate`: the release phase, idempotent and safe when run concurrently."""

import threading
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
from sqlalchemy import text

from bot.store.engine import make_engine
from bot.store.schema import SchemaState, state
from tests.postgres import Server
from tests.processes.running import BAD_INPUT, environment, free_port, once

pytestmark = pytest.mark.long


def schema(url: str) -> SchemaState:
    engine = make_engine(url)
    try:
        return state(engine)
    finally:
        engine.dispose()


def pretend_newer(url: str) -> None:
    engine = make_engine(url)
    with engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    engine.dispose()


def test_it_is_harmless_when_repeated(empty_url: str, tmp_path: Path) -> None:
    env = environment(tmp_path, DATABASE_URL=empty_url)
    for _ in range(2):
        seen = once(tmp_path, "migrate", env=env)
        assert (seen.returncode, seen.stdout, seen.stderr) == (0, "The database is at this release's schema.\n", "")
    assert schema(empty_url) is SchemaState.AT_HEAD


def test_two_at_once_are_harmless(empty_url: str, tmp_path: Path) -> None:
    env, codes = environment(tmp_path, DATABASE_URL=empty_url), []
    together = threading.Barrier(2)

    def go() -> None:
        together.wait()
        seen = once(tmp_path, "migrate", env=env)
        codes.append((seen.returncode, seen.stderr))

    both = [threading.Thread(target=go) for _ in range(2)]
    for each in both:
        each.start()
    for each in both:
        each.join()
    assert codes == [(0, "")] * 2
    assert schema(empty_url) is SchemaState.AT_HEAD


def test_a_newer_database_is_refused_in_one_sentence(database_url: str, tmp_path: Path) -> None:
    pretend_newer(database_url)
    for words in (["migrate"], []):
        more = {"SLACK_BOT_TOKEN": "xoxb-1", "SLACK_APP_TOKEN": "xapp-1", "PORT": str(free_port())}
        seen = once(tmp_path, *words, env=environment(tmp_path, DATABASE_URL=database_url, **more))
        assert seen.returncode == BAD_INPUT
        [line] = seen.stderr.splitlines()
        assert line.startswith("latchkey: the database was migrated by a newer release")
    assert schema(database_url) is SchemaState.NEWER


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("postgresql://latchkey:pass-canary@127.0.0.1:9/latchkey", "the database doesn't answer"),
        ("postgresql://latchkey@/latchkey?host=/nowhere", "the database doesn't answer"),
        (
            "sqlite:////nowhere/at/all/latchkey.db",
            "the SQLite file can't be opened; check that the folder in DATABASE_URL",
        ),
        ("sqlite:///folder", "the SQLite file can't be opened; check that the folder in DATABASE_URL"),
    ],
)
def test_a_database_that_does_not_answer_is_one_sentence(url: str, words: str, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    seen = once(tmp_path, "migrate", env=environment(tmp_path, DATABASE_URL=url))
    assert seen.returncode == BAD_INPUT
    [line] = seen.stderr.splitlines()
    assert line.startswith(f"latchkey: {words}")
    assert "canary" not in line


def test_a_user_who_may_not_create_tables_gets_an_explanation(empty_postgres: str, tmp_path: Path) -> None:
    seen = once(tmp_path, "migrate", env=environment(tmp_path, DATABASE_URL=empty_postgres))
    assert seen.returncode == BAD_INPUT
    [line] = seen.stderr.splitlines()
    assert line.startswith("latchkey: the migration failed (InsufficientPrivilege)")


@pytest.fixture
def empty_postgres(postgres_server: Server) -> Iterator[str]:
    """Another user's database."""
    name = postgres_server.fresh(template=None)
    url = postgres_server.url(name)
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("CREATE ROLE dave LOGIN")
    yield url.replace("latchkey@", "dave@")
    postgres_server.drop(name)
    with psycopg.connect(postgres_server.url("postgres"), autocommit=True) as connection:
        connection.execute("DROP ROLE dave")


def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path) -> None:
    words = "This is no SQLite file, and longer than the header of one would be.\n" * 9
    (tmp_path / "letter").write_text(words)
    seen = once(tmp_path, "migrate", env=environment(tmp_path, DATABASE_URL="sqlite:///letter"))
    assert seen.returncode == BAD_INPUT
    [line] = seen.stderr.splitlines()
    assert line.startswith("latchkey: the migration failed (DatabaseError)")
    assert (tmp_path / "letter").read_text() == words


def test_the_embedded_default_lies_where_it_was_started(tmp_path: Path) -> None:
    assert once(tmp_path, "migrate", env=environment(tmp_path)).returncode == 0
    assert (tmp_path / "latchkey.db").is_file()
