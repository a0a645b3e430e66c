"""The audit webhook: every event, in order, at least once, with nothing overtaking what was refused."""

import json
import threading
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise

import pytest

from bot.domain.events import Tag
from bot.flows.audit.deliver import CLAIM, PAGE, Delivery
from bot.ports import Lag
from bot.store.work import SqlUnitOfWork, in_transaction
from tests.commands.test_audit import printed
from tests.fakes import ALICE, START, FakeClock


@dataclass
class FakeReceiver:
    """Takes an event unless `refuses` says why not, by the number of the request."""

    clock: FakeClock
    every: int = 0  # refuses every third, say
    away: bool = False
    seconds: int = 0
    asked: int = 0
    taken: list[bytes] = field(default_factory=list)
    tried: list[int] = field(default_factory=list)

    def post(self, body: bytes) -> str | None:
        assert not in_transaction()
        self.asked += 1
        self.tried.append(json.loads(body)["seq"])
        self.clock.advance(seconds=self.seconds)
        if self.away or (self.every and self.asked % self.every == 0):
            return "HTTP 503"
        self.taken.append(body)
        return None


@pytest.fixture
def receiver(clock: FakeClock) -> FakeReceiver:
    return FakeReceiver(clock)


@pytest.fixture
def delivery(work: SqlUnitOfWork, clock: FakeClock, receiver: FakeReceiver) -> Delivery:
    return Delivery(work, clock, "w1", receiver)


def record(work: SqlUnitOfWork, events: int) -> None:
    with work.begin() as tx:
        for each in range(events):
            tx.record(Tag.REQUEST_MADE, f"r{each}", by=ALICE, at=START)


def go_on(_wait: timedelta) -> bool:
    return False


def deliver(delivery: Delivery) -> None:
    while delivery.step(go_on):
        pass


def test_each_body_is_the_line_of_the_export(work: SqlUnitOfWork, delivery: Delivery, receiver: FakeReceiver) -> None:
    record(work, PAGE + 5)
    deliver(delivery)
    record(work, 2)
    deliver(delivery)
    assert [each.decode() for each in receiver.taken] == printed(work, "jsonl")[:-1]


def test_a_receiver_that_refuses_every_third_gets_all_in_order(
    work: SqlUnitOfWork, delivery: Delivery, receiver: FakeReceiver
) -> None:
    receiver.every = 3
    record(work, 250)
    deliver(delivery)
    assert [json.loads(each)["seq"] for each in receiver.taken] == list(range(1, 251))
    assert receiver.tried == sorted(receiver.tried)


def test_while_it_is_away_the_same_event_is_tried_at_most_thirty_seconds_apart(
    work: SqlUnitOfWork, delivery: Delivery, receiver: FakeReceiver, clock: FakeClock
) -> None:
    record(work, 3)
    receiver.away = True
    asked_at = []
    for _ in range(300):
        before = receiver.asked
        assert not delivery.step(go_on)
        asked_at += [clock.now()] * (receiver.asked > before)
        clock.advance(seconds=1)
    assert set(receiver.tried) == {1}
    gaps = [later - earlier for earlier, later in pairwise(asked_at)]
    assert timedelta(seconds=15) < max(gaps) <= timedelta(seconds=22)
    receiver.away = False
    clock.advance(seconds=30)
    deliver(delivery)
    assert [json.loads(each)["seq"] for each in receiver.taken] == [1, 2, 3]


def test_a_worker_that_died_is_followed_by_another_which_repeats_but_skips_nothing(
    work: SqlUnitOfWork, delivery: Delivery, receiver: FakeReceiver, clock: FakeClock
) -> None:
    record(work, 5)

    def dies(_body: bytes) -> str | None:
        if len(receiver.taken) == 3:
            raise SystemExit
        return FakeReceiver.post(receiver, _body)

    receiver.post = dies  # type: ignore[method-assign]
    with pytest.raises(SystemExit):
        delivery.step(go_on)
    other = FakeReceiver(clock)
    second = Delivery(work, clock, "w2", other)
    assert not second.step(go_on)
    assert other.taken == []  # the claim of the first still stands
    clock.advance(seconds=CLAIM.total_seconds())
    deliver(second)
    assert [json.loads(each)["seq"] for each in other.taken] == [1, 2, 3, 4, 5]


def test_a_slow_receiver_keeps_its_worker(
    work: SqlUnitOfWork, delivery: Delivery, receiver: FakeReceiver, clock: FakeClock
) -> None:
    record(work, 50)
    receiver.seconds = 8
    other = FakeReceiver(clock)
    second = Delivery(work, clock, "w2", other)
    post = receiver.post

    def meanwhile(body: bytes) -> str | None:
        second.step(go_on)
        return post(body)

    receiver.post = meanwhile  # type: ignore[method-assign]
    deliver(delivery)
    assert other.taken == []
    assert len(receiver.taken) == 50


def test_two_workers_at_once_send_each_event_once(
    postgres_work: SqlUnitOfWork, clock: FakeClock, receiver: FakeReceiver
) -> None:
    record(postgres_work, 2 * PAGE)
    start = threading.Barrier(2)

    def send(name: str) -> None:
        start.wait()
        for _ in range(20):
            Delivery(postgres_work, clock, name, receiver).step(go_on)

    threads = [threading.Thread(target=send, args=(name,)) for name in ("w1", "w2")]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    deliver(Delivery(postgres_work, clock, "w1", receiver))
    assert receiver.tried == list(range(1, 2 * PAGE + 1))


def test_a_stopping_worker_notes_what_was_taken(
    work: SqlUnitOfWork, delivery: Delivery, receiver: FakeReceiver
) -> None:
    record(work, 5)
    delivery.step(lambda _: len(receiver.taken) == 2)
    deliver(delivery)
    assert receiver.tried == [1, 2, 3, 4, 5]


def test_the_lag_counts_what_was_not_taken(work: SqlUnitOfWork, delivery: Delivery, receiver: FakeReceiver) -> None:
    seen: list[Lag] = []
    delivery.step(go_on, seen.append)
    record(work, 3)
    receiver.away = True
    delivery.step(go_on, seen.append)
    assert seen == [Lag(0, None), Lag(3, START)]
