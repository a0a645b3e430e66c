"""On PostgreSQL, transactions that change the outbox never deadlock."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import Engine, select, update

from bot.domain.events import Notice, Tag
from bot.slack.sender import people_instead
from bot.store import tables
from bot.store.work import SqlTransaction, SqlUnitOfWork
from tests.database_pool import Borrowed
from tests.fakes import ALICE, BOB, CAROL, DAVE, START
from tests.store.racing import until_waiting

CHANNEL = "C01OPS"
LATER = START + timedelta(days=400)
PLACES = (CHANNEL, BOB, CAROL, DAVE)
Do = Callable[[SqlTransaction, str], object]


@pytest.fixture
def engine(postgres_ledger: Borrowed) -> Engine:
    return postgres_ledger.engine


def show(tx: SqlTransaction, subject: str) -> None:
    tx.outbox.refresh(Notice.APPROVAL, subject)


def instead_of_the_channel(tx: SqlTransaction, subject: str) -> None:
    """What the sender writes if the channel can't be reached."""
    (row,) = [each for each in tx.outbox.due(START, 999) if (each.to, each.subject) == (CHANNEL, subject)]
    people_instead(tx, row, (DAVE, BOB, CAROL), START)


def want_first(tx: SqlTransaction, subject: str) -> None:
    tx.outbox.enqueue(Notice.APPROVAL, subject, *PLACES)


def want_after_another_row(tx: SqlTransaction, subject: str) -> None:
    tx.record(Tag.REQUEST_MADE, subject, by=ALICE, at=START)
    tx.outbox.enqueue(Notice.APPROVAL, subject, *PLACES)


@contextmanager
def held(engine: Engine, subject: str, place: str) -> Iterator[None]:
    """Another transaction holds this row until the end."""
    mine = (tables.outbox.c.subject == subject, tables.outbox.c.to == place)
    with engine.begin() as connection:
        connection.execute(update(tables.outbox).where(*mine).values(last_error=None))
        yield


def begun(
    engine: Engine, work: SqlUnitOfWork, do: Do, subject: str, waiting: int, got: list[object]
) -> threading.Thread:
    """A thread that waits for a row by now, like the others."""

    def run() -> None:
        try:
            with work.begin() as tx:
                do(tx, subject)
            got.append(None)
        except Exception as error:  # noqa: BLE001 - a thread's failure is the test's
            got.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    until_waiting(thread, engine, waiting)
    return thread


ACTS = (show, instead_of_the_channel, want_first, want_after_another_row)


@pytest.mark.parametrize("second", ACTS)
@pytest.mark.parametrize("first", ACTS)
def test_the_places_of_a_subject_are_locked_in_one_order(
    engine: Engine, work: SqlUnitOfWork, first: Do, second: Do
) -> None:
    for number, (inserted, place) in enumerate(product((PLACES, PLACES[::-1]), PLACES)):
        subject, got = f"r{number}", list[object]()
        for each in inserted:
            with work.begin() as tx:
                tx.outbox.enqueue(Notice.APPROVAL, subject, each)
        with held(engine, subject, place):
            threads = [begun(engine, work, do, subject, waiting, got) for waiting, do in ((1, first), (2, second))]
        for each in threads:
            each.join(30)
        assert got == [None, None], (inserted, place)
        with engine.connect() as connection:
            rows = select(tables.outbox.c.to, tables.outbox.c.wanted).where(tables.outbox.c.subject == subject)
            wanted = {each.to: each.wanted for each in connection.execute(rows)}
        raised = sum(do is not instead_of_the_channel for do in (first, second))
        assert wanted == {**dict.fromkeys((BOB, CAROL, DAVE), 3), CHANNEL: 1 + raised}


@pytest.mark.parametrize("housekeeping", [lambda tx: tx.undo_clock_jumps(START), lambda tx: tx.prune("outbox", LATER)])
def test_housekeeping_waits_for_no_lock(
    engine: Engine, work: SqlUnitOfWork, housekeeping: Callable[[SqlTransaction], int]
) -> None:
    with work.begin() as tx:
        tx.outbox.enqueue(Notice.APPROVAL, "r1", BOB, CAROL)
        for each in tx.outbox.due(START, 9):
            tx.outbox.mark_delivered(each.id, 1, START)
        tx.outbox.enqueue(Notice.GRANT, "g1", BOB, CAROL)
        for each in tx.outbox.due(START, 9):
            tx.outbox.retry_at(each.id, LATER, "clock")
    with held(engine, "r1", BOB), held(engine, "g1", BOB), work.begin() as tx:
        assert housekeeping(tx) == 1, "Carol's"
    with work.begin() as tx:
        assert housekeeping(tx) == 1, "Bob's"
