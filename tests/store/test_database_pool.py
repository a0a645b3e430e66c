"""A ledger that is borrowed again is as its migrations made it, whatever the test before did to it."""

from collections.abc import Callable

import pytest
from sqlalchemy import Connection, Engine, event, text

from bot.domain.events import Tag
from bot.store import tables
from bot.store.work import SqlUnitOfWork
from tests.database_pool import Pool
from tests.fakes import ALICE, START, FakeClock


@pytest.fixture(params=["sqlite", "postgres"])
def pool(request: pytest.FixtureRequest) -> Pool:
    found: Pool = request.getfixturevalue(f"_{request.param}_pool")
    return found


def rows(engine: Engine) -> dict[str, int]:
    with engine.connect() as connection:
        every = [*tables.metadata.tables, "alembic_version"]
        counted = {each: connection.scalar(text(f"SELECT count(*) FROM {each}")) for each in every}
    return {name: many for name, many in counted.items() if many}


def test_rows_are_gone_and_those_of_the_migrations_are_back(pool: Pool, clock: FakeClock) -> None:
    with pool.borrow() as first:
        before = rows(first.engine)
        with SqlUnitOfWork(first.engine, clock).begin() as tx:
            tx.record(Tag.REQUEST_MADE, "r1", by=ALICE, at=START)
            tx.set_flag("word", "x")
        with first.engine.begin() as connection:
            connection.execute(text("DELETE FROM audit_cursor"))
        assert rows(first.engine) != before
    with pool.borrow() as second:
        assert (second.url, rows(second.engine)) == (first.url, before)
        with SqlUnitOfWork(second.engine, clock).begin() as tx:
            tx.record(Tag.REQUEST_MADE, "r1", by=ALICE, at=START)
        with second.engine.begin() as connection:
            assert connection.scalar(text("SELECT min(id) FROM audit")) == 1
            with pytest.raises(Exception, match="only ever added to"):
                connection.execute(text("DELETE FROM audit"))


@pytest.mark.parametrize(
    "spoil",
    [
        lambda engine: begun(engine, "SELECT 1"),
        lambda engine: begun(engine, "INSERT INTO flag (name) VALUES ('word')"),
        lambda engine: changed(engine, "CREATE INDEX one_more ON audit (at)"),
        lambda engine: changed(engine, "CREATE TABLE one_more (id INTEGER)"),
    ],
    ids=["still reads", "still writes", "index", "table"],
)
def test_a_changed_one_is_not_borrowed_again(pool: Pool, spoil: Callable[[Engine], Connection | None]) -> None:
    with pool.borrow() as first:
        kept = spoil(first.engine)
    with pool.borrow() as second:
        assert second.url != first.url
    if kept is not None:
        kept.invalidate()
        kept.close()


def begun(engine: Engine, statement: str) -> Connection:
    connection = engine.connect()
    connection.execute(text(statement))
    return connection


def changed(engine: Engine, statement: str) -> None:
    with engine.begin() as connection:
        connection.execute(text(statement))


def test_a_thread_that_comes_too_late_reaches_no_other_tests_rows(pool: Pool) -> None:
    with pool.borrow() as first:
        pass
    with pytest.raises(RuntimeError, match="earlier test"):
        first.engine.connect()


def test_what_listens_to_an_engine_hears_no_later_test(pool: Pool) -> None:
    heard = list[str]()
    with pool.borrow() as first:
        event.listen(first.engine, "before_cursor_execute", lambda *told: heard.append(told[2]))
        rows(first.engine)
    many = len(heard)
    with pool.borrow() as second:
        rows(second.engine)
    assert many == len(heard) > 0
