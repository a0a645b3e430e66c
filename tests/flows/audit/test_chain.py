"""Events are numbered once they are committed, so that nothing that reads them in order can miss one."""

from datetime import timedelta

import pytest
from sqlalchemy import Engine, text

from bot.domain.audit.entry import START as BEGINNING
from bot.domain.audit.entry import Entry
from bot.domain.events import Tag
from bot.flows.audit import chain
from bot.store.work import SqlUnitOfWork
from tests.fakes import ALICE, START, FakeClock


def record(work: SqlUnitOfWork, *subjects: str, minutes: int = 0) -> None:
    with work.begin() as tx:
        for each in subjects:
            tx.record(Tag.REQUEST_MADE, each, by=ALICE, at=START + timedelta(minutes=minutes), facts={"why": "é\n"})


def whole(work: SqlUnitOfWork) -> list[Entry]:
    chain.number(work)
    return list(chain.entries(work, chain.part(work, None, None)))


def test_an_event_that_commits_late_gets_its_number_late(postgres_work: SqlUnitOfWork) -> None:
    with postgres_work.begin() as slow:
        slow.record(Tag.REQUEST_MADE, "slow", by=ALICE, at=START)
        slow.audit.of("slow")  # its id is given here, before the other one's
        record(postgres_work, "fast")
        assert [each.subject for each in whole(postgres_work)] == ["fast"]
    assert [(each.seq, each.subject) for each in whole(postgres_work)] == [(1, "fast"), (2, "slow")]


def test_what_was_rolled_back_leaves_no_gap(work: SqlUnitOfWork) -> None:
    record(work, "a")
    try:
        with work.begin() as tx:
            tx.record(Tag.REQUEST_MADE, "never", by=ALICE, at=START)
            tx.audit.of("never")
            raise ZeroDivisionError
    except ZeroDivisionError:
        record(work, "b")
    assert [(each.seq, each.subject) for each in whole(work)] == [(1, "a"), (2, "b")]


def test_each_line_has_the_hash_of_the_one_before(work: SqlUnitOfWork) -> None:
    record(work, "a", "b")
    whole(work)
    record(work, "c")
    found = whole(work)
    assert [each.previous_hash for each in found] == [BEGINNING, found[0].hash, found[1].hash]


def test_two_workers_number_each_event_once(engine: Engine, work: SqlUnitOfWork, clock: FakeClock) -> None:
    record(work, *(f"r{number}" for number in range(450)))
    other = SqlUnitOfWork(engine, clock)
    while sum((chain.number(work), chain.number(other))):
        pass
    assert [each.seq for each in whole(work)] == list(range(1, 451))


def test_two_numberings_at_once_wait_for_each_other(postgres_work: SqlUnitOfWork) -> None:
    import threading

    record(postgres_work, *(f"r{number}" for number in range(300)))
    start = threading.Barrier(2)

    def number() -> None:
        start.wait()
        chain.number(postgres_work)

    threads = [threading.Thread(target=number) for _ in range(2)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert [each.seq for each in whole(postgres_work)] == list(range(1, 301))


def test_an_event_that_was_kept_from_being_numbered_is_found(work: SqlUnitOfWork, engine: Engine) -> None:
    record(work, "a")
    chain.number(work)
    record(work, "b", "c")
    with engine.begin() as connection:
        connection.execute(text("DELETE FROM audit_waiting WHERE event = (SELECT min(event) FROM audit_waiting)"))
    assert chain.number(work) == 1
    assert chain.number_everything(work) == 1
    assert [(each.seq, each.subject) for each in whole(work)] == [(1, "a"), (2, "c"), (3, "b")]


def test_a_worker_can_stop_while_a_whole_log_waits(work: SqlUnitOfWork, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(chain, "NUMBERED_AT_ONCE", 2)
    monkeypatch.setattr(chain, "IN_ONE_CALL", 4)
    record(work, *(f"r{number}" for number in range(9)))
    assert chain.number(work) == 4
    assert chain.number_everything(work) == 5


def test_an_event_of_an_older_release_is_read_too(work: SqlUnitOfWork, engine: Engine) -> None:
    with engine.begin() as connection:
        connection.execute(
            text("INSERT INTO audit (tag, subject, actor, at, facts) VALUES ('old:tag', 'x', 'U1', :at, '{}')"),
            {"at": 0 if engine.dialect.name == "sqlite" else START},
        )
    assert [each.event for each in whole(work)] == ["old:tag"]


def test_a_part_has_no_holes_where_times_are_out_of_order(work: SqlUnitOfWork) -> None:
    for minutes in (0, 10, 5, 20, 15, 30):
        record(work, str(minutes), minutes=minutes)
    chain.number(work)
    since, until = START + timedelta(minutes=10), START + timedelta(minutes=20)
    found = [each.subject for each in chain.entries(work, chain.part(work, since, until))]
    assert found == ["10", "5", "20", "15"]
    assert list(chain.entries(work, chain.part(work, until, since))) == []
