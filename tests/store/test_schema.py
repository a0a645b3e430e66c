"""The migrations create exactly the tables, are idempotent, and refuse a newer database."""

import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, insert, text

from bot.domain.hygiene.finding import FindingKind
from bot.domain.hygiene.inventory import FoundKey, FoundUser
from bot.domain.ids import AccountName
from bot.store import schema, tables
from bot.store.engine import make_engine
from bot.store.rows import write
from bot.store.schema import SchemaNewer, SchemaState, state, upgrade

CHECKS = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type IN ('table', 'index') AND name NOT LIKE 'alembic%'"
    " AND name NOT LIKE 'sqlite_%'",
    "postgresql": "SELECT conrelid::regclass || ' ' || conname, pg_get_constraintdef(oid) FROM pg_constraint"
    " WHERE connamespace = 'public'::regnamespace AND conrelid::regclass::text <> 'alembic_version'"
    " UNION SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public' AND tablename <> 'alembic_version'",
}

NOON = datetime(2026, 11, 28, 12, tzinfo=UTC)
NEXT = """revision = '9998'
down_revision = '{head}'
branch_labels = None
depends_on = None


def upgrade():
    pass
"""
RACING = """
import os, sys
import alembic.command, bot.store.schema, bot.store.tables  # takes longer than the race

racing = []
for _ in range(3):
    racing.append(os.fork())
    if not racing[-1]:
        bot.store.schema.upgrade(sys.argv[1])
        sys.exit()
print(*(os.waitstatus_to_exitcode(os.waitpid(each, 0)[1]) for each in racing))
"""


def with_engine(url: str, do: Callable[[Engine], Any]) -> Any:
    engine = make_engine(url)
    try:
        return do(engine)
    finally:
        engine.dispose()


def stamp(url: str, revision: str) -> None:
    def write(engine: Engine) -> None:
        with engine.begin() as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = :to"), {"to": revision})

    with_engine(url, write)


def migrate(engine: Engine, way: Callable[..., None], revision: str) -> None:
    with engine.begin() as connection:
        config = schema._config()
        config.attributes["connection"] = connection
        way(config, revision)


def laws(engine: Engine) -> dict[str, set[str]]:
    """Columns, constraints and indexes of each table, as a set: on SQLite a later column comes last."""
    with engine.connect() as connection:
        rows = connection.execute(text(CHECKS[engine.dialect.name])).all()
    return {name: set(_definitions(" ".join(said.replace('"', "").split()))) for name, said in rows}


def _definitions(statement: str) -> Iterator[str]:
    """The parts between the outermost commas, and what surrounds them."""
    depth, part = 0, ""
    for sign in statement:
        depth += (sign == "(") - (sign == ")")
        if sign == "," and depth == 1:
            yield part.strip()
            part = ""
        else:
            part += sign if depth > 1 or sign not in "()" else " "
    yield part.strip()


def test_the_migrations_make_the_tables(engine: Engine) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    with engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, tables.metadata) == []


def test_the_migrations_make_the_laws(engine: Engine) -> None:
    """Alembic doesn't compare CHECK constraints and WHEREs of indexes; this does."""
    migrated = laws(engine)
    tables.metadata.drop_all(engine)
    assert laws(engine) == {}
    tables.metadata.create_all(engine)
    assert migrated == laws(engine) != {}


def test_upgrading_twice_is_harmless(empty_url: str) -> None:
    assert with_engine(empty_url, state) is SchemaState.EMPTY
    upgrade(empty_url)
    upgrade(empty_url)
    assert with_engine(empty_url, state) is SchemaState.AT_HEAD


def test_two_releases_may_start_at_once(empty_url: str) -> None:
    """Processes, as in production: Alembic keeps its state in globals."""
    seen = subprocess.run(
        [sys.executable, "-c", RACING, empty_url], capture_output=True, text=True, check=False, timeout=60
    )
    assert seen.stdout.split() == ["0", "0", "0"], seen.stderr
    assert with_engine(empty_url, state) is SchemaState.AT_HEAD


def test_a_newer_database_is_refused(database_url: str) -> None:
    stamp(database_url, "9999")
    assert with_engine(database_url, state) is SchemaState.NEWER
    with pytest.raises(SchemaNewer, match="newer release"):
        upgrade(database_url)
    assert with_engine(database_url, state) is SchemaState.NEWER


def test_an_older_database_is_reported_and_brought_up(
    database_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The next release has one migration more."""
    scripts = tmp_path / "_migrations"
    shutil.copytree(schema._scripts(), scripts, ignore=shutil.ignore_patterns("__pycache__"))
    _, head = schema.revisions(schema._scripts())
    (scripts / "versions" / "9998_next.py").write_text(NEXT.format(head=head))
    monkeypatch.setattr(schema, "_scripts", lambda: scripts)
    assert with_engine(database_url, state) is SchemaState.OLDER
    upgrade(database_url)
    assert with_engine(database_url, state) is SchemaState.AT_HEAD


def test_a_failed_migration_leaves_nothing(empty_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    import alembic.op

    monkeypatch.setattr(alembic.op, "create_index", lambda *_, **__: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        upgrade(empty_url)
    monkeypatch.undo()
    assert with_engine(empty_url, state) is SchemaState.EMPTY
    upgrade(empty_url)


def test_open_requests_of_an_older_release_come_under_the_limit_of_one(empty_url: str) -> None:
    """200 equal ones may be open: a new one waits for the first, and each can still be decided."""
    engine = make_engine(empty_url)
    migrate(engine, command.upgrade, "0012")
    a_row = {
        "kind": "new", "entitlement": "reports", "requester": "ALICE", "duration": timedelta(days=1), "grant": None,
        "justification": "why", "state": "requested", "made_at": NOON, "decide_by": NOON, "replaces": None,
    }  # fmt: skip
    rows = [
        {"id": "r1"}, {"id": "r0"}, {"id": "r2", "replaces": "key"}, {"id": "r3", "kind": "renew", "grant": "g1"},
        {"id": "r4", "made_at": NOON - timedelta(days=1), "state": "approved"}, {"id": "r5", "requester": "BOB"},
    ]  # fmt: skip
    with engine.begin() as connection:
        connection.execute(insert(tables.request), [{**a_row, **each} for each in rows])
    migrate(engine, command.upgrade, "head")
    with engine.begin() as connection:
        kept = connection.execute(text("SELECT id, dedup_key FROM request WHERE dedup_key IS NOT NULL ORDER BY id"))
        assert [tuple(row) for row in kept] == [
            ("r0", "ALICE reports"), ("r2", "replace key"), ("r3", "renew g1"), ("r5", "BOB reports"),
        ]  # fmt: skip
    engine.dispose()


def test_bulk_limit_questions_survive_the_new_actions_and_a_downgrade_drops_only_those(empty_url: str) -> None:
    engine = make_engine(empty_url)
    migrate(engine, command.upgrade, "0019")
    before = laws(engine)
    asked = {"account": "main", "many": 22, "asked_at": NOON, "verdict": None, "settled_by": None, "settled_at": None}
    answered = {"account": "other", "verdict": "go", "settled_by": "BOB", "settled_at": NOON}
    old = [asked | {"id": "h1", "deed": "switch-off"}, asked | answered | {"id": "h2", "deed": "delete"}]
    with engine.begin() as connection:
        connection.execute(insert(tables.halt), old)
    migrate(engine, command.upgrade, "head")
    with engine.begin() as connection:
        kept = connection.execute(text("SELECT id, deed, verdict FROM halt ORDER BY id")).all()
        assert [tuple(row) for row in kept] == [("h1", "switch-off", None), ("h2", "delete", "go")]
        connection.execute(insert(tables.halt), asked | {"id": "h3", "deed": "found-switch-off"})
    migrate(engine, command.downgrade, "0019")
    assert laws(engine) == before
    with engine.begin() as connection:
        assert connection.execute(text("SELECT id FROM halt ORDER BY id")).scalars().all() == ["h1", "h2"]
    engine.dispose()


def test_downgrading_drops_the_findings_that_an_older_release_does_not_know(engine: Engine) -> None:
    row = {"account": "main", "access_key_id": "", "opened_at": NOON, "evidence": "as seen", "owner": "U03CAROL"}
    with engine.begin() as connection:
        for kind in (FindingKind.STALE, FindingKind.SHARED):
            connection.execute(insert(tables.finding), row | {"id": kind, "kind": kind, "iam_user": kind})
            step = {"finding": kind, "round": 0, "stage": 0, "step": "owner", "notice": "finding:digest", "at": NOON}
            connection.execute(insert(tables.told), step | {"subject": "m1"})
    migrate(engine, command.downgrade, "0036")
    with engine.begin() as connection:
        assert connection.execute(text("SELECT id FROM finding")).scalars().all() == ["stale"]
        assert connection.execute(text("SELECT finding FROM told")).scalars().all() == ["stale"]
    migrate(engine, command.upgrade, "head")


def test_found_keys_survive_a_downgrade_and_the_way_back(engine: Engine) -> None:
    """On SQLite a table that is made anew, as Alembic's batches do it, can't have rows that refer to it."""
    user = FoundUser(AccountName("main"), "carol", "arn", NOON, NOON, None, {}, None, None, None)
    with engine.begin() as connection:
        connection.execute(insert(tables.found_user), write(user))
        key = FoundKey("k1", user.account, user.name, 1, NOON, True, NOON, NOON)
        connection.execute(insert(tables.found_key), write(key))
    migrate(engine, command.downgrade, "0031")
    migrate(engine, command.upgrade, "head")
    with engine.begin() as connection:
        assert connection.execute(text('SELECT "user" FROM found_key')).scalars().all() == ["carol"]


def test_a_downgrade_leaves_no_table(engine: Engine) -> None:
    migrate(engine, command.downgrade, "base")
    assert laws(engine) == {}


def test_the_revisions_are_those_that_alembic_knows() -> None:
    script = ScriptDirectory.from_config(schema._config())
    known, head = schema.revisions(schema._scripts())
    assert known == {each.revision for each in script.walk_revisions()}
    assert head == script.get_current_head()
