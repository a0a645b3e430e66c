"""The worker's life cycle: before the schema exists, without its database, and until its work is finished."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.events import EVENT_JOB_EXECUTED
from sqlalchemy.exc import OperationalError

from bot.domain import retry
from bot.domain.ids import CredentialId, DeliveryId
from bot.domain.lifecycle import CredentialState
from bot.ports import Transaction
from bot.runtime import worker as module
from bot.store.work import SqlUnitOfWork
from tests.fakes import FakeClock
from tests.runtime.kit import LONG, Hands, an_intent, at_work, beaten, until


@pytest.fixture
def hands(sqlite_work: SqlUnitOfWork, clock: FakeClock) -> Hands:
    return Hands(sqlite_work, clock)


def test_not_at_head_it_takes_no_work_until_it_is(hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "SCHEMA_SECONDS", 0.01)
    hands.head.clear()
    asked = threading.Event()
    an_intent(hands)
    worker = hands.worker()

    def at_head() -> bool:
        asked.set()
        return hands.head.is_set()

    worker._at_head = at_head
    with at_work(worker):
        assert asked.wait(LONG)
        assert not worker.running()
        assert not hands.began.is_set()
        with hands.work.begin() as tx:
            assert tx.last_beat(hands.clock.now()) is None
        hands.head.set()
        assert hands.ended.wait(LONG)


def test_a_database_that_does_not_answer_at_the_start_is_waited_for(
    hands: Hands, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "SCHEMA_SECONDS", 0.01)
    answers = iter([OperationalError("", {}, Exception("refused")), True])
    worker = hands.worker()

    def at_head() -> bool:
        answer = next(answers)
        if isinstance(answer, Exception):
            raise answer
        return answer

    worker._at_head = at_head
    with at_work(worker):
        assert hands.swept.wait(LONG)


def test_a_stop_before_the_start_is_over_starts_nothing(hands: Hands) -> None:
    hands.head.clear()
    worker = hands.worker()
    worker.start()
    worker.stop()
    hands.head.set()
    assert not worker.running()
    assert not worker._scheduler.running
    assert not [each for each in worker._loops if each.thread.is_alive()]
    hands.worker().stop()  # one that was never started


def test_a_stop_finishes_what_was_begun_and_the_heartbeat_continues_to_the_end(hands: Hands) -> None:
    """SIGTERM during a mint: meanwhile the claim must not count as abandoned."""
    hands.may_end.clear()
    an_intent(hands)
    worker = hands.worker()
    worker._heart.seconds = 0.01
    worker.start()
    assert hands.began.wait(LONG)
    stopping = threading.Thread(target=worker.stop)
    stopping.start()
    until(lambda: not worker._minting.thread.is_alive())
    an_intent(hands, "c2", "g2")
    hands.clock.advance(seconds=10)
    until(lambda: beaten(hands))
    assert stopping.is_alive()
    hands.may_end.set()
    stopping.join(LONG)
    assert not stopping.is_alive()
    assert hands.minted == ["c1"]
    with hands.work.begin() as tx:
        waiting = tx.credentials.get(CredentialId("c2"))
    assert waiting is not None
    assert (waiting.state, waiting.claimed_at) == (CredentialState.ISSUING, None)


class Away:
    """A database that becomes unreachable and comes back."""

    def __init__(self, work: SqlUnitOfWork) -> None:
        self._work, self.gone, self.missed = work, threading.Event(), threading.Event()

    @contextmanager
    def begin(self, delivery: DeliveryId | None = None) -> Iterator[Transaction]:
        if self.gone.is_set():
            self.missed.set()
            raise OperationalError("", {}, Exception("the server closed the connection"))
        with self._work.begin(delivery) as tx:
            yield tx


def test_it_outlives_a_database_that_goes_away(hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(retry, "WORKER_LOOP", retry.Policy(timedelta(milliseconds=10)))
    said: list[str] = []
    monkeypatch.setattr(module.log, "exception", lambda event, **facts: said.append(facts["loop"]))
    away = Away(hands.work)
    with at_work(hands.worker(away)) as worker:
        until(worker.running)
        away.gone.set()
        worker._heart.woken.set()
        until(lambda: {"heartbeat", "mint-loop"} <= set(said))
        away.missed.clear()
        assert away.missed.wait(LONG)
        assert len(said) == 2, "said once for each outage, not at every try"
        hands.clock.advance(minutes=1)
        away.gone.clear()
        until(lambda: beaten(hands))
        an_intent(hands)
        worker.wake()
        assert hands.ended.wait(LONG)


def test_a_clock_that_was_ahead_for_a_moment_silences_no_sweep(hands: Hands) -> None:
    ended = threading.Event()
    worker = hands.worker()
    worker._scheduler.add_listener(lambda _: ended.set(), EVENT_JOB_EXECUTED)  # after that the job may run again
    with at_work(worker):
        assert ended.wait(LONG)
        until(worker.running)
        hands.swept.clear()  # before the clock jumps: the worker's own heartbeat may pull the sweep back first
        worker._scheduler.modify_job("look", next_run_time=datetime.now(UTC) + timedelta(days=400))
        worker._beat()
        assert hands.swept.wait(LONG)
