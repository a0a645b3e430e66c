"""The worker's frequent queries cost as much as what is due, not as what the ledger has ever held.

Every sweep of the schedule runs, and the plan of each statement is checked, so that no new one lacks its index.
"""

from collections.abc import Iterator

import pytest
from sqlalchemy import Connection, Engine, text

from bot.store.engine import make_engine
from bot.store.tables import metadata
from tests import postgres
from tests.bench import due, old_ledger
from tests.bench.due import Asked

GRANTS, USERS = 10_000, 2_000
PAGES_MOST = 60  # of 8 KB: a hundred rows and their index; a scan of the grants takes 250 and more
FEW = 500  # rows in a table that may be scanned
SMALL = frozenset({"audit_cursor", "audit_waiting", "halt", "heartbeat", "leaver", "pending_call", "reading"})
LARGE = metadata.tables.keys() - SMALL


@pytest.fixture(scope="module")
def aged_ledger(postgres_server: postgres.Server) -> Iterator[Engine]:
    name = postgres_server.fresh()
    engine = make_engine(postgres_server.url(name))
    old_ledger.fill(engine, GRANTS, USERS)
    yield engine
    engine.dispose()
    postgres_server.drop(name)


@pytest.fixture(scope="module")
def questions(aged_ledger: Engine) -> tuple[Asked, ...]:
    found = due.asked(aged_ledger)
    old_ledger.vacuum(aged_ledger)
    return found


def test_every_sweep_asks_the_ledger_something(questions: tuple[Asked, ...]) -> None:
    names = {each.sweep for each in questions}
    assert {*due.BETWEEN, "expire", "tear-down", "announce-endings", "retire-due", "digest"} <= names


def test_no_query_scans_a_table(aged_ledger: Engine, questions: tuple[Asked, ...]) -> None:
    with aged_ledger.connect() as connection:
        sizes = _sizes(connection)
        connection.rollback()
        whole = [
            f"{each.sweep}: reads all of {node['Relation Name']}: {each.head}"
            for each in questions
            for node in due.nodes(due.plan(connection, each))
            if node["Node Type"] == "Seq Scan" and sizes[node["Relation Name"]] > FEW
        ]
    assert whole == []


def test_no_question_reads_more_than_a_page_of_rows(aged_ledger: Engine, questions: tuple[Asked, ...]) -> None:
    with aged_ledger.connect() as connection:
        read = {f"{each.sweep}: {each.head}": due.pages(due.plan(connection, each)) for each in questions}
    assert {name: pages for name, pages in read.items() if pages > PAGES_MOST} == {}


def test_sqlite_has_an_index_for_each_too(sqlite_url: str) -> None:
    engine = make_engine(sqlite_url)
    try:
        with engine.connect() as connection:
            whole = [
                f"{each.sweep}: {step}: {each.head}"
                for each in due.asked(engine, warm=1)
                for step in _steps(connection, each)
                if step.startswith("SCAN ") and " USING " not in step and step.split()[1] in LARGE
            ]
    finally:
        engine.dispose()
    assert whole == []


def _sizes(connection: Connection) -> dict[str, int]:
    rows = connection.execute(text("SELECT relname, n_live_tup FROM pg_stat_user_tables"))
    return {row.relname: row.n_live_tup for row in rows}


def _steps(connection: Connection, each: Asked) -> list[str]:
    found = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {each.statement}", each.parameters)
    return [row[-1] for row in found]
