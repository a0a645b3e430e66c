"""INSERTs are batched, and nothing but the round trips changes."""

from collections.abc import Iterator, Sized
from contextlib import contextmanager

import pytest
from psycopg._queries import MAX_CACHED_STATEMENT_LENGTH, MAX_CACHED_STATEMENT_PARAMS
from sqlalchemy import event

from bot.domain.errors import AlreadyDone
from bot.domain.events import Notice, Tag
from bot.domain.ids import DeliveryId, RequestId
from bot.domain.lifecycle import RequestState
from bot.domain.rate_limits import REQUESTS
from bot.store.insert_batch import TOGETHER
from bot.store.work import SqlUnitOfWork
from tests.audit_log import latest_events
from tests.fakes import ALICE, BOB, START
from tests.store.rows import a_request

PRESS = DeliveryId("trigger-1")


@contextmanager
def sent(work: SqlUnitOfWork) -> Iterator[list[tuple[str, int]]]:
    """The statements that reached the driver, and how many parameters each has."""
    seen: list[tuple[str, int]] = []

    def note(_connection: object, _cursor: object, statement: str, values: Sized, *_more: object) -> None:
        if not statement.startswith("BEGIN IMMEDIATE"):
            seen.append((statement, len(values)))

    event.listen(work._engine, "before_cursor_execute", note)
    try:
        yield seen
    finally:
        event.remove(work._engine, "before_cursor_execute", note)


def ask(work: SqlUnitOfWork, request: str = "r1") -> None:
    with work.begin(PRESS) as tx:
        tx.count(REQUESTS, ALICE, START)
        tx.requests.add(a_request(request))
        tx.record(Tag.REQUEST_MADE, request, by=ALICE, at=START)
        tx.outbox.enqueue(Notice.APPROVAL, request, "C01OPS", BOB)
        tx.outbox.enqueue(Notice.RECEIPT, request, ALICE)


def test_a_request_is_one_statement_on_postgresql(work: SqlUnitOfWork) -> None:
    with sent(work) as statements:
        ask(work)
    apart = 5 if work._engine.dialect.name == "sqlite" else 1
    assert len(statements) == apart, statements
    for statement, values in statements:  # else psycopg parses it each time
        assert values <= MAX_CACHED_STATEMENT_PARAMS
        assert len(statement) <= MAX_CACHED_STATEMENT_LENGTH
    with work.begin() as tx:
        assert tx.requests.get(RequestId("r1"))
        assert [each.tag for each in tx.audit.of("r1")] == [Tag.REQUEST_MADE]
        assert len(tx.outbox.due(START, 9)) == 3


def test_postgresql_begins_a_transaction_where_one_is_needed(work: SqlUnitOfWork) -> None:
    begin = [] if work._engine.dialect.name == "sqlite" else ["BEGIN"]
    with sent(work) as statements, work.begin() as tx:
        tx.requests.get(RequestId("r1"))
        tx.requests.get(RequestId("r2"))
        tx.findings.lock(["f1"])
        tx.record(Tag.REQUEST_MADE, "r1", by=ALICE, at=START)
        tx.audit.of("r1")
    assert [each.split()[0] for each, _ in statements] == ["SELECT", "SELECT", *begin, "SELECT", "INSERT", "SELECT"]
    with sent(work) as statements, work.begin() as tx:
        tx.requests.get(RequestId("r1"))
        tx.record(Tag.REQUEST_MADE, "r1", by=ALICE, at=START)
    assert [each.split()[0] for each, _ in statements] == ["SELECT", "INSERT"]
    with work.begin() as tx:
        assert len(tx.audit.of("r1")) == 2


def test_its_repetition_changes_nothing(work: SqlUnitOfWork) -> None:
    ask(work)
    with pytest.raises(AlreadyDone):
        ask(work, "r2")
    with work.begin() as tx:
        assert tx.requests.get(RequestId("r2")) is None
        assert [each.subject for each in tx.outbox.due(START, 9)] == ["r1"] * 3
        assert len(latest_events(tx, 9)) == 1


def test_a_repeated_scan_makes_no_extra_reads(work: SqlUnitOfWork) -> None:
    ask(work)
    read = []
    with pytest.raises(AlreadyDone), work.begin(PRESS) as tx:
        read.append(tx.requests.get(RequestId("r1")))
    assert read == []


def test_what_is_read_or_changed_finds_what_was_added(work: SqlUnitOfWork) -> None:
    with work.begin() as tx:
        tx.requests.add(a_request())
        assert tx.requests.get(RequestId("r1"))
        tx.requests.add(a_request("r2"))
        assert tx.transition("r2", RequestState.REQUESTED, RequestState.CANCELLED, by=ALICE, at=START)


def test_the_same_place_enqueued_twice_is_wanted_twice(work: SqlUnitOfWork) -> None:
    with work.begin() as tx:
        tx.outbox.enqueue(Notice.RECEIPT, "r1", ALICE)
        tx.outbox.enqueue(Notice.RECEIPT, "r1", ALICE)
    with work.begin() as tx:
        (item,) = tx.outbox.due(START, 9)
        assert tx.outbox.wanted_revision(item.id) == 2


def test_the_trail_keeps_its_order(work: SqlUnitOfWork) -> None:
    tags = [Tag.REQUEST_MADE, Tag.REQUEST_APPROVED, Tag.REQUEST_DECLINED, Tag.REQUEST_CANCELLED] * 3
    with work.begin() as tx:
        for tag in tags:
            tx.record(tag, "r1", by=ALICE, at=START)
    with work.begin() as tx:
        assert [each.tag for each in tx.audit.of("r1")] == tags


def test_a_thousand_messages_are_many_small_statements(work: SqlUnitOfWork) -> None:
    with sent(work) as statements, work.begin() as tx:
        tx.outbox.enqueue(Notice.APPROVAL, "r1", *(f"U{number:04}" for number in range(1000)))
    assert max(each.count("INSERT INTO") for each, _ in statements) <= TOGETHER
    with work.begin() as tx:
        assert len(tx.outbox.due(START, 2000)) == 1000
