"""AWS deactivated a key, its answer was lost, and nobody wants that any more: the key is active again soon."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.events import Tag
from bot.domain.ids import CredentialId
from bot.domain.schedule import ANSWER_LOST
from bot.domain.usage.last_used import LastUsed
from bot.flows.lifecycle import activation, retire_due
from tests.flows.drift.kit import compare, told
from tests.flows.during_aws_call import LOST
from tests.flows.world import World


def is_active(world: World, credential: CredentialId) -> bool:
    return world.iam.all_keys()[world.key(credential)].active


def rotated(world: World) -> CredentialId:
    """The old key of a rotation, in its overlap of a day."""
    world.change(overlap=timedelta(days=1))
    grant, old = world.live(duration="30d")
    world.clock.advance(hours=1)
    world.rotated(grant)
    return old


def switched_off(world: World) -> CredentialId:
    old = rotated(world)
    world.retire(old)
    world.iam.fail_at("set_active", LOST, after=True)
    assert activation.carry_out(world.context) == 0
    return old


def overdue(world: World) -> CredentialId:
    old = rotated(world)
    world.clock.advance(days=1)
    world.iam.fail_at("set_active", LOST, after=True)
    assert retire_due.retire_due(world.context) == 0
    return old


def used(world: World, old: CredentialId) -> None:
    """The next run reads that it was used just before."""
    world.iam.uses[world.key(old)] = LastUsed(world.clock.now(), "s3", "eu-west-1")
    world.clock.advance(seconds=15)
    retire_due.retire_due(world.context)


@pytest.mark.parametrize(
    ("lost", "change"),
    [(switched_off, World.reactivate), (switched_off, World.wait), (overdue, World.wait), (overdue, used)],
    ids=["undo", "wait", "wait for the clock", "used"],
)
def test_a_key_that_stays_is_not_left_inactive(
    world: World, lost: Callable[[World], CredentialId], change: Callable[[World, CredentialId], object]
) -> None:
    old = lost(world)
    change(world, old)
    assert (world.credential(old).state, is_active(world, old)) == ("live", False)
    world.clock.advance(ANSWER_LOST)
    assert activation.keep_active(world.context) == 1
    assert (world.credential(old).state, is_active(world, old)) == ("live", True)
    with world.work.begin() as tx:
        assert tx.audit.of(old)[-1].tag is Tag.SWITCH_OFF_WITHDRAWN
        assert tx.calls.on(old) is None
    assert (activation.keep_active(world.context), compare(world), told(world)) == (0, 0, [])


@pytest.mark.parametrize("lost", [switched_off, overdue])
def test_a_key_that_is_still_to_go_goes(world: World, lost: Callable[[World], CredentialId]) -> None:
    old = lost(world)
    world.clock.advance(ANSWER_LOST)
    assert activation.keep_active(world.context) == 0
    world.sweep()
    assert (world.credential(old).state, is_active(world, old)) == ("retiring", False)


def test_the_worker_that_was_only_slow_and_this_one_end_with_the_same_state(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = rotated(world)
    world.retire(old)
    before = world.iam.set_active

    def late(*args: Any, **words: Any) -> None:
        before(*args, **words)
        monkeypatch.setattr(world.iam, "set_active", before)
        world.clock.advance(ANSWER_LOST)
        world.reactivate(old)
        assert activation.keep_active(world.context) == 1

    monkeypatch.setattr(world.iam, "set_active", late)
    activation.carry_out(world.context)
    world.sweep()
    assert (world.credential(old).state, is_active(world, old)) == ("live", True)
