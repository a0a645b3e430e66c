"""Whole stories on the real adapter, each with one faulty call: what the owner sees, and AWS's final state.

Whatever the fault was, ledger and AWS agree afterwards, no one loses a working key, and one more press is enough.
"""

from collections.abc import Callable
from contextlib import suppress

import pytest

from bot.domain.errors import Refused
from bot.domain.ids import GrantId
from bot.domain.lifecycle import CredentialState as C
from tests.aws.kit import MotoAws
from tests.fault_injection import TRANSIENT, WEATHER
from tests.flows import renewals
from tests.flows.world import World

SETTLED = (0, 16, 6 * 60, 3600)  # seconds
Story = Callable[[World, GrantId], object]


@pytest.fixture
def world(world_on_aws: World) -> World:
    return world_on_aws


def taken(world: World, press: Callable[[GrantId], object], grant: GrantId) -> bool:
    """The press, the mint, and the page; False if there was nothing to open."""
    shown = len(world.notifier.links)
    with suppress(Refused):
        world.mint(press(grant).id)  # type: ignore[attr-defined]
    if len(world.notifier.links) == shown:
        return False
    world.reveal()
    return world.receipt()


def renew(world: World, grant: GrantId) -> None:
    renewals.approved(world, grant)
    renewals.carry_out(world)


STORIES: dict[str, Story] = {
    "collect": lambda world, grant: taken(world, world.collect, grant),
    "rotate": lambda world, grant: taken(world, world.rotate, grant),
    "renew": renew,
    "give back": lambda world, grant: (world.give_back(grant), world.reconcile()),
}


STEPS = {"give back": 4}  # every fourth of its calls, every second of the others


def settle(world: World) -> None:
    for seconds in SETTLED:
        world.clock.advance(seconds=seconds)
        world.beat()
        world.sweep()


def in_aws(world: World, aws: MotoAws) -> set[str]:
    return {key for name in aws.iam.users_under(aws.account) for key in aws.truth(name) or {}}


def works(aws: MotoAws, world: World, grant: GrantId) -> bool:
    """Some key of it is active in AWS."""
    return any((aws.truth(world.grant(grant).iam_user) or {}).values())


@pytest.mark.long
@pytest.mark.parametrize("kind", WEATHER)
@pytest.mark.parametrize("story", STORIES)
def test_one_call_of_a_story_goes_wrong(world: World, aws: MotoAws, story: str, kind: str) -> None:
    """Every call with some fault, until the fault lies beyond the last one."""
    step = STEPS.get(story, 2)
    index = list(WEATHER).index(kind) % step
    while True:
        grant = world.granted() if story == "collect" else world.live()[0]
        aws.aws.faults.at(index, WEATHER[kind])
        STORIES[story](world, grant)
        beyond = aws.aws.faults.waiting
        aws.aws.faults.clear()
        settle(world)
        where = f"{story}: {kind} at call {index}"
        assert in_aws(world, aws) == world.ledger_keys(), where
        _as_pending(world, aws, story, grant, where, kind)
        if beyond:
            break
        if story != "give back":
            world.give_back(grant)
            settle(world)
        assert aws.truth(world.grant(grant).iam_user) is None, where
        index += step
    assert index > 3


def _as_pending(world: World, aws: MotoAws, story: str, grant: GrantId, where: str, kind: str) -> None:
    found = world.grant(grant)
    if story == "collect":
        assert works(aws, world, grant) or taken(world, world.collect, grant), f"{where}: one more press is not enough"
    elif story == "rotate":
        live = [each for each in _rows(world, grant) if each.state is C.LIVE]
        assert live, f"{where}: the key that worked is lost"
        assert len(live) == 2 or taken(world, world.rotate, grant), f"{where}: one more press is not enough"
    elif story == "renew":
        assert works(aws, world, grant), where
        assert aws.lease(found.iam_user) == found.lease_until, f"{where}: AWS has another date"
        assert found.renew_until is None, where
        assert kind not in TRANSIENT or found.duration.days == 30, f"{where}: a renewal was given up for a bad minute"
    else:
        assert aws.truth(found.iam_user) is None, where
        assert found.stuck_on is None


def _rows(world: World, grant: GrantId) -> tuple:  # type: ignore[type-arg]
    with world.work.begin() as tx:
        return tx.credentials.of(grant)
