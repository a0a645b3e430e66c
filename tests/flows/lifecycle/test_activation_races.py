"""A key that Latchkey issued, and someone who changes their mind between the worker's check and its call."""

from datetime import timedelta
from typing import Any

import pytest

from bot.flows.lifecycle import activation, retire_due
from tests.flows.during_aws_call import LOST, during
from tests.flows.world import World


def test_wait_pressed_between_the_clocks_read_and_its_call_stops_the_call(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.change(overlap=world.catalog.hygiene.overlap / 7)
    grant, old = world.live()
    world.clock.advance(hours=1)
    world.rotated(grant)
    world.clock.advance(days=1)
    calls = world.iam.count("set_active")
    during(world.iam, "last_used", lambda: world.wait(old), monkeypatch)
    assert retire_due.retire_due(world.context) == 0
    assert world.iam.count("set_active") == calls


def test_undo_pressed_between_the_read_and_the_call_stops_the_call(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The first of two is slow; the second one's action is cancelled meanwhile."""
    olds = []
    for _ in range(2):
        grant, old = world.live()
        world.clock.advance(hours=1)
        world.rotated(grant)
        world.retire(old)
        olds.append(old)
        world.clock.advance(seconds=1)
    called = list[str]()
    before = world.iam.set_active

    def slow(*args: Any, **words: Any) -> None:
        called.append(args[2])
        before(*args, **words)
        for each in olds:
            if world.key(each) not in called:
                world.reactivate(each)

    monkeypatch.setattr(world.iam, "set_active", slow)
    activation.carry_out(world.context)
    assert len(called) == 1


def test_a_clocks_own_call_that_got_no_answer_is_not_reported_as_by_hand(world: World) -> None:
    world.change(overlap=world.catalog.hygiene.overlap / 7)
    grant, old = world.live()
    world.clock.advance(hours=1)
    world.rotated(grant)
    world.clock.advance(days=1)
    world.iam.fail_at("set_active", LOST, after=True)
    for _ in range(2):
        retire_due.retire_due(world.context)
        world.clock.advance(timedelta(seconds=15))
    found = world.credential(old)
    assert (found.state, found.why) == ("retiring", None)
