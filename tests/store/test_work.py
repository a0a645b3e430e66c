"""One transaction: all or nothing, deliveries, flags, heartbeats, and the engines underneath."""

import sqlite3
from contextlib import closing, suppress
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import IntegrityError

from bot.domain.errors import AlreadyDone
from bot.domain.events import Event, Notice, Tag
from bot.domain.ids import DeliveryId, RequestId
from bot.ports import Clock, UnitOfWork
from bot.store.engine import BUSY_MILLISECONDS, make_engine, normal
from bot.store.schema import upgrade
from bot.store.work import SqlUnitOfWork, in_transaction
from tests.audit_log import latest_events
from tests.fakes import ALICE, BOB, START, FakeClock
from tests.store.rows import DAY, HOUR, OTHER_PROOF, a_credential, a_grant, a_request, an_envelope, plant, plant_grants

PRESS = DeliveryId("trigger-1")
SECOND = timedelta(seconds=1)


def test_it_is_the_port(work: SqlUnitOfWork, clock: FakeClock) -> None:
    port: UnitOfWork = work
    time: Clock = clock
    assert port
    assert time


def test_an_exception_leaves_nothing(work: SqlUnitOfWork) -> None:
    with suppress(ZeroDivisionError), work.begin(PRESS) as tx:
        tx.requests.add(a_request())
        tx.outbox.enqueue(Notice.RECEIPT, "r1", ALICE)
        tx.record(Tag.REQUEST_MADE, "r1", by=ALICE, at=START)
        tx.set_flag("paused", "yes")
        _ = 1 / 0
    with work.begin(PRESS) as tx:
        assert tx.requests.get(RequestId("r1")) is None
        assert tx.outbox.due(START, 10) == ()
        assert latest_events(tx, 10) == ()
        assert tx.flag("paused") is None


def test_a_delivery_is_taken_once(work: SqlUnitOfWork) -> None:
    with work.begin(PRESS) as tx:
        tx.requests.add(a_request())
    with pytest.raises(AlreadyDone), work.begin(PRESS) as tx:
        tx.requests.add(a_request("r2"))
    with work.begin(DeliveryId("trigger-2")) as tx:
        assert tx.requests.get(RequestId("r2")) is None
        assert tx.requests.get(RequestId("r1"))


def test_it_says_when_a_transaction_is_open(work: SqlUnitOfWork) -> None:
    assert not in_transaction()
    with work.begin():
        assert in_transaction()
    with suppress(ZeroDivisionError), work.begin():
        _ = 1 / 0
    assert not in_transaction()


def test_flags_and_heartbeats(work: SqlUnitOfWork) -> None:
    with work.begin() as tx:
        assert (tx.flag("paused"), tx.last_beat(START + DAY), tx.last_beat(START + DAY, "w1")) == (None, None, None)
        tx.set_flag("paused", "yes")
        tx.beat("w1", START)
        tx.beat("w2", START + 10 * SECOND)
        tx.beat("w1", START + 5 * SECOND)
        assert (tx.flag("paused"), tx.flag("other")) == ("yes", None)
        assert (tx.last_beat(START + DAY), tx.last_beat(START + DAY, "w1")) == (START + 10 * SECOND, START + 5 * SECOND)
        assert tx.last_beat(START, "w3") is None
        tx.set_flag("paused", None)
        assert tx.flag("paused") is None


def test_once_per_span(work: SqlUnitOfWork) -> None:
    def once(now: datetime) -> bool:
        with work.begin() as tx:
            return tx.once("no-worker", now, now - HOUR / 4)

    minutes = [0, 1, 14, 15, 16, 29, 30]
    assert [each for each in minutes if once(START + timedelta(minutes=each))] == [0, 15, 30]


def test_a_span_of_a_week_outlives_pruning(work: SqlUnitOfWork) -> None:
    told = []
    for day in range(15):
        now = START + timedelta(days=day)
        with work.begin() as tx:
            told += [day] if tx.once("report/main", now, now - 7 * DAY) else []
            tx.prune("flag", now)
    assert told == [0, 7, 14]


def test_a_span_longer_than_spans_are_kept_is_an_error(work: SqlUnitOfWork) -> None:
    with pytest.raises(ValueError, match="at most 30 days"), work.begin() as tx:
        tx.once("yearly", START, START - 31 * DAY)


def test_a_span_begun_by_a_clock_that_was_ahead_is_over(work: SqlUnitOfWork) -> None:
    with work.begin() as tx:
        assert tx.once("hygiene", START + 400 * DAY, START + 399 * DAY)
        assert tx.once("hygiene", START, START - HOUR)
        assert not tx.once("hygiene", START, START - HOUR)


def test_a_worker_whose_clock_is_behind_overwrites_no_other_heartbeat(work: SqlUnitOfWork) -> None:
    with work.begin() as tx:
        tx.beat("w1", START)
        tx.beat("behind", START - DAY)
        assert tx.last_beat(START) == START


def test_a_heartbeat_that_lies_ahead_hides_no_other(work: SqlUnitOfWork) -> None:
    with work.begin() as tx:
        tx.beat("dead", START + 400 * DAY)
        tx.beat("w1", START)
        assert (tx.last_beat(START), tx.last_beat(START, "dead")) == (START, None)


def test_the_audit_trail_reads_back(work: SqlUnitOfWork) -> None:
    first = Event(Tag.REQUEST_MADE, "r1", ALICE, START, {"entitlement": "reports-read"})
    rows = (first, Event(Tag.DECISION_MADE, "r1", BOB, START + HOUR), Event(Tag.REQUEST_MADE, "r2", BOB, START))
    with work.begin() as tx:
        for each in rows:
            tx.record(each.tag, each.subject, by=each.actor, at=each.at, facts=each.facts)
        assert tx.audit.of("r1") == rows[:2]
        assert latest_events(tx, 2) == (rows[2], rows[1])
        assert latest_events(tx, 9, actor=ALICE) == (first,)


def test_moments_come_back_exact_and_in_utc(work: SqlUnitOfWork) -> None:
    odd = datetime(2026, 10, 25, 2, 59, 59, 999_999, tzinfo=timezone(timedelta(hours=5, minutes=45)))
    plant(work, a_request(made_at=odd, decide_by=odd + DAY))
    with work.begin() as tx:
        found = tx.requests.get(RequestId("r1"))
        assert found is not None
        assert (found.made_at, found.made_at.tzinfo) == (odd, UTC)
        assert tx.requests.due(odd + DAY - timedelta(microseconds=1), 1) == ()
        assert tx.requests.due(odd + DAY, 1) == (found,)


@pytest.mark.parametrize("given", ["postgres", "postgresql", "postgresql+psycopg"])
def test_every_way_to_say_postgresql_is_psycopg(given: str) -> None:
    url = normal(f"{given}://alice:se%40cret@db.example.com/ledger?sslmode=require")
    assert url.drivername == "postgresql+psycopg"
    assert (url.password, url.database, url.query["sslmode"]) == ("se@cret", "ledger", "require")


def test_sqlite_is_set_up_for_many_writers(sqlite_url: str) -> None:
    engine = make_engine(sqlite_url)
    wanted = {"journal_mode": "wal", "busy_timeout": BUSY_MILLISECONDS, "foreign_keys": 1, "secure_delete": 1}
    with engine.connect() as connection:
        assert {name: connection.execute(text(f"PRAGMA {name}")).scalar() for name in wanted} == wanted
    engine.dispose()


def test_sqlite_begins_as_a_writer(sqlite_url: str) -> None:
    """A transaction that upgrades from read to write would lose its update, or get "database is locked"."""
    engine = make_engine(sqlite_url)
    path = sqlite_url.removeprefix("sqlite:///")
    with engine.connect() as reader, closing(sqlite3.connect(path, timeout=0)) as writer:
        reader.execute(text("SELECT 1"))
        with pytest.raises(sqlite3.OperationalError, match="locked"):
            writer.execute("INSERT INTO flag (name) VALUES ('x')")
    engine.dispose()


def test_an_error_shows_no_ciphertext(work: SqlUnitOfWork) -> None:
    plant_grants(work, a_grant())
    plant(work, a_credential(), an_envelope())
    with pytest.raises(IntegrityError) as caught:
        plant(work, an_envelope("e2", ciphertext=b"CANARY", proof_hash=OTHER_PROOF))
    assert "CANARY" not in str(caught.value)
    assert "[SQL parameters hidden" in str(caught.value)


def test_a_deleted_ciphertext_is_not_left_in_the_file(sqlite_url: str, tmp_path: Path) -> None:
    own = make_engine(sqlite_url)
    ledger = SqlUnitOfWork(own, FakeClock())
    plant_grants(ledger, a_grant())
    plant(ledger, a_credential(), an_envelope(ciphertext=b"CANARY" * 20))
    with ledger.begin() as tx:
        assert tx.envelopes.destroy(a_credential().id, "expired", START)
    with own.connect() as connection:
        connection.commit()
    own.dispose()
    assert not [each.name for each in tmp_path.iterdir() if b"CANARY" in each.read_bytes()]


def test_a_new_sqlite_ledger_is_its_users_alone_with_its_wal(tmp_path: Path) -> None:
    upgrade(f"sqlite:///{tmp_path / 'ledger.db'}")
    engine = make_engine(f"sqlite:///{tmp_path / 'ledger.db'}")
    with SqlUnitOfWork(engine, FakeClock()).begin() as tx:
        tx.beat("w1", START)
        assert {each.name: oct(each.stat().st_mode)[-3:] for each in tmp_path.iterdir()} == {
            "ledger.db": "600", "ledger.db-wal": "600", "ledger.db-shm": "600",
        }  # fmt: skip
    engine.dispose()
