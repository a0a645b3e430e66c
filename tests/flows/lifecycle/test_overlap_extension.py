"""The overlap has ended but the old key is in use, unknown, or the last that works: it is extended with a notice."""

import pytest

from bot.domain.errors import Unreadable
from bot.domain.ids import CredentialId, GrantId
from bot.domain.lifecycle import CredentialState as C
from bot.flows.lifecycle import retire_due
from tests.fakes import ALICE, BOB
from tests.flows.catalog import MAIN
from tests.flows.keys.test_switchover_check import DAY, HOUR, rotated, told, use
from tests.flows.world import World


def clock(world: World) -> int:
    return retire_due.retire_due(world.context)


def in_use(world: World, hours: int = 24) -> tuple[CredentialId, GrantId]:
    """An overlap of a day has ended, and the old key is in use."""
    world.change(overlap=DAY, undo=DAY)
    grant, old, _ = rotated(world)
    world.clock.advance(hours=hours)
    use(world, old, HOUR)
    return old, grant


def test_an_extension_is_reported_to_the_owner_once_a_day_and_then_to_the_approvers(world: World) -> None:
    old, _ = in_use(world)
    assert clock(world) == 0
    assert told(world, "credential:stretched") == [ALICE]
    for _ in range(8):  # used every hour, so it is checked again and again
        world.clock.advance(hours=3)
        use(world, old, HOUR)
        clock(world)
    assert world.credential(old).stretches == 2
    assert told(world, "credential:stretched") == ["C01OPS", ALICE, ALICE]
    assert world.credential(old).state is C.LIVE
    assert world.iam.count("set_active") == 0


def test_a_slack_that_names_no_one_delays_no_notice(world: World) -> None:
    old, _ = in_use(world)
    clock(world)
    world.clock.advance(days=1)
    use(world, old)
    world.people.readable = False
    clock(world)
    assert world.credential(old).stretches == 2


def test_wait_is_the_owners_answer_to_an_extension(world: World) -> None:
    old, _ = in_use(world)
    clock(world)
    world.wait(old)
    assert world.credential(old).retire_at == world.clock.now() + DAY


def test_the_old_key_stays_where_aws_shows_no_other_that_works(world: World) -> None:
    """Someone deactivated the new one, or deleted it, in the console."""
    world.change(overlap=DAY, undo=DAY)
    grant, old, new = rotated(world)
    world.clock.advance(DAY)
    user = world.grant(grant).iam_user
    world.iam.set_active(MAIN, user, world.key(new), active=False, by=BOB)
    world.iam.calls.clear()
    assert clock(world) == 0
    assert world.iam.count("set_active") == 0
    found = world.credential(old)
    assert (found.state, found.why, found.retire_at) == (C.LIVE, "alone", world.clock.now() + DAY)
    world.iam.set_active(MAIN, user, world.key(new), active=True, by=BOB)
    world.clock.advance(DAY)
    assert clock(world) == 1
    assert world.credential(old).why is None


def test_an_old_key_that_was_switched_off_by_hand_is_reported_as_such(world: World) -> None:
    world.change(overlap=DAY, undo=DAY)
    grant, old, _ = rotated(world)
    world.clock.advance(DAY)
    world.iam.set_active(MAIN, world.grant(grant).iam_user, world.key(old), active=False, by=BOB)
    assert clock(world) == 1
    assert (world.credential(old).state, world.credential(old).why) == (C.RETIRING, "by-hand")


@pytest.mark.parametrize("call", ["keys_of", "last_used"])
def test_a_state_that_cannot_be_read_leads_to_no_action(world: World, call: str) -> None:
    world.change(overlap=DAY, undo=DAY)
    _, old, _ = rotated(world)
    world.clock.advance(DAY)
    world.iam.fail_at(call, Unreadable("Read", "Throttling"))
    assert clock(world) == 0
    assert world.credential(old).state is C.LIVE
    assert clock(world) == 0, "not before a moment has passed"
    world.clock.advance(seconds=15)
    assert clock(world) == 1
