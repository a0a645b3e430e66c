"""The worker: what it takes, when, and how much at once."""

import threading
from datetime import timedelta

import pytest

from bot.domain.ids import CredentialId
from bot.flows.audit.deliver import Pause
from bot.runtime import worker as module
from bot.runtime.worker import Sweep
from bot.store.work import SqlUnitOfWork
from tests.fakes import FakeClock
from tests.runtime.kit import FAR, LONG, Hands, an_intent, at_work, beaten, until


@pytest.fixture
def hands(sqlite_work: SqlUnitOfWork, clock: FakeClock) -> Hands:
    return Hands(sqlite_work, clock)


def test_it_beats_mints_sends_and_sweeps(hands: Hands) -> None:
    an_intent(hands)
    with at_work(hands.worker()) as worker:
        for each in (hands.ended, hands.sent, hands.swept):
            assert each.wait(LONG)
        until(lambda: beaten(hands))
        until(worker.running)
    assert hands.minted == ["c1"]
    assert not worker.running()


def test_what_fell_due_while_no_worker_ran_is_swept_at_once(hands: Hands) -> None:
    """The daily sweep of a worker that is restarted every morning."""
    with at_work(hands.worker(None, Sweep("daily", 24 * FAR, hands.sweep))):
        assert hands.swept.wait(LONG)


def test_a_wake_is_taken_up_without_a_poll(hands: Hands, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "POLL_SECONDS", FAR)
    with at_work(hands.worker()) as worker:
        until(worker.running)
        an_intent(hands)
        worker.wake()
        assert hands.ended.wait(LONG)


def test_a_wake_runs_the_woken_sweeps_and_what_one_did_wakes_the_others(hands: Hands) -> None:
    due, first, second = [1], threading.Event(), threading.Event()

    def look_up() -> int:
        first.set()
        return due.pop() if due and first.is_set() and looked else 0

    def contain() -> int:
        if looked and not due:
            second.set()
        return 0

    looked: list[int] = []
    sweeps = (Sweep("look-up", FAR, look_up, woken=True), Sweep("contain", FAR, contain, woken=True))
    with at_work(hands.worker(None, *sweeps)) as worker:
        assert first.wait(LONG)
        looked.append(1)  # reported now
        assert not second.is_set()
        worker.wake()
        assert second.wait(LONG)


def test_one_mint_at_a_time_for_each_grant_and_eight_in_all(hands: Hands) -> None:
    hands.may_end.clear()
    for number in range(10):
        an_intent(hands, f"c{number}", f"g{number}")
    worker = hands.worker()
    handed: list[CredentialId] = []
    gate, guard = threading.Event(), threading.Lock()

    def mint(credential: CredentialId) -> bool:
        with guard:
            handed.append(credential)
        assert gate.wait(LONG)
        return True

    worker._mint = mint
    worker._hand_out()
    worker._hand_out()
    until(lambda: len(handed) == 8)
    assert len(set(handed)) == 8, "an intent was handed out twice"
    gate.set()
    worker.stop()


def test_a_mint_that_breaks_frees_its_grant(hands: Hands) -> None:
    an_intent(hands)
    calls: list[CredentialId] = []
    worker = hands.worker()

    def broken(credential: CredentialId) -> bool:
        calls.append(credential)
        raise OSError("no route to AWS")

    worker._mint = broken
    with at_work(worker):
        until(lambda: len(calls) >= 2 and worker.running())


def test_a_sweep_never_overlaps_itself_and_one_that_breaks_runs_again(hands: Hands) -> None:
    runs: list[int] = []
    together, guard = [0], threading.Lock()
    thrice = threading.Event()

    def sweep() -> int:
        with guard:
            together[0] += 1
            runs.append(together[0])
        if len(runs) >= 3:
            thrice.set()
        with guard:
            together[0] -= 1
        raise OSError("no route to AWS")

    with at_work(hands.worker(None, Sweep("broken", 0.02, sweep))):
        assert thrice.wait(LONG)
    assert set(runs) == {1}


def test_a_loop_that_waits_for_its_receiver_ends_with_the_worker(hands: Hands) -> None:
    waits, delivered = threading.Event(), threading.Event()

    def deliver(pause: Pause) -> bool:
        waits.set()
        assert pause(timedelta(seconds=FAR))
        delivered.set()
        return False

    with at_work(hands.worker(deliver=deliver)):
        assert waits.wait(LONG)
    assert delivered.is_set()


def test_nothing_waits_while_cloudtrail_is_read(hands: Hands) -> None:
    began, answers, read = threading.Event(), threading.Event(), threading.Event()

    def read_usage() -> bool:
        began.set()
        assert answers.wait(LONG)
        read.set()
        return False

    with at_work(hands.worker(read_usage=read_usage)):
        assert began.wait(LONG)
        an_intent(hands)
        assert hands.ended.wait(LONG)
        hands.sent.clear()
        assert hands.sent.wait(LONG)
        assert hands.swept.wait(LONG)
        assert not read.is_set()
        answers.set()
    assert read.is_set()
