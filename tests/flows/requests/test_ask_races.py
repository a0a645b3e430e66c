"""Two concurrent requests while an overdue one waits: one succeeds, the other is refused, and no grant is blocked."""

import threading

import pytest
from sqlalchemy import text

from bot.domain.errors import Reason, Refused
from bot.domain.ids import RequestId
from bot.domain.lifecycle import RequestState
from bot.store.work import SqlUnitOfWork
from tests.fakes import FakeClock
from tests.flows.renewals import ask
from tests.flows.world import World
from tests.store.racing import race, until_waiting

HOLD_REQUEST = text("SELECT 1 FROM request WHERE id = :id FOR UPDATE")
HOLD_GRANT = text("SELECT 1 FROM grants WHERE id = :id FOR UPDATE")


@pytest.fixture
def world(postgres_work: SqlUnitOfWork, clock: FakeClock) -> World:
    return World(postgres_work, clock)


def at_once(world: World, hold: RequestId, runners: int, press: object) -> list[object]:
    """All of them have reached this request's row before any continues."""
    assert callable(press)
    got: list[object] = []
    with world.work._engine.connect() as connection:  # type: ignore[attr-defined]
        connection.execute(HOLD_REQUEST, {"id": hold})
        thread = threading.Thread(target=lambda: got.extend(race(runners, lambda _: press())))
        thread.start()
        until_waiting(thread, world.work._engine, runners)  # type: ignore[attr-defined]
        connection.rollback()
    thread.join(60)
    return got


def test_of_two_concurrent_requests_the_second_is_refused(world: World) -> None:
    overdue = world.ask()
    world.clock.advance(days=3)
    got = at_once(world, overdue, 2, world.ask)
    (refused,) = [each for each in got if isinstance(each, Exception)]
    assert isinstance(refused, Refused)
    assert refused.reason is Reason.ALREADY_WAITING
    with world.work.begin() as tx:
        assert [each.id for each in tx.requests.open_all()] == [each for each in got if each is not refused]
        assert tx.requests.get(overdue).state is RequestState.LAPSED  # type: ignore[union-attr]


def test_a_renewal_beside_an_overdue_one_waits_for_no_grant_with_a_request_in_hand(world: World) -> None:
    """Ending a grant locks it and then its requests, so the opposite order would deadlock."""
    grant, _ = world.live(duration="7d")
    overdue, engine = ask(world, grant), world.work._engine  # type: ignore[attr-defined]
    world.clock.advance(days=3)
    got: list[object] = []
    with engine.connect() as somebody, engine.connect() as ending:
        somebody.execute(HOLD_REQUEST, {"id": overdue})
        thread = threading.Thread(target=lambda: got.extend(race(1, lambda _: ask(world, grant))))
        thread.start()
        until_waiting(thread, engine, 1)
        ending.execute(HOLD_GRANT, {"id": grant})
        somebody.rollback()
        ending.execute(HOLD_REQUEST, {"id": overdue})
        ending.rollback()
    thread.join(60)
    assert [type(each) for each in got] == [str], got
