"""Rotate: a second key; the old one is deactivated by the owner's button or a sweep, never while it is in use."""

import pytest

from bot.domain.errors import AwsRefused, Doubtful, Reason, Refused
from bot.domain.lifecycle import CredentialState as C
from bot.domain.usage.last_used import LastUsed
from bot.flows.lifecycle import rotate
from tests.fakes import ALICE, BOB, CAROL
from tests.flows.world import World


def press(flow: object, world: World, credential: object, by: object = ALICE) -> object:
    return flow(world.context, credential=credential, by=by, delivery=None)  # type: ignore[operator]


def test_the_old_key_works_on_and_leaves_by_the_owners_button(world: World) -> None:
    grant, old = world.live()
    new = world.rotated(grant)
    lease = world.grant(grant).lease_until
    assert world.credential(old).state is C.LIVE
    assert world.credential(new).state is C.LIVE
    assert ("credential:rotated", ALICE) in world.items()
    press(rotate.retire, world, old)
    world.sweep()
    key = world.credential(old).access_key_id
    assert world.credential(old).state is C.RETIRING
    assert key is not None
    assert not world.iam.all_keys()[key].active
    press(rotate.reactivate, world, old)
    world.sweep()
    assert world.credential(old).state is C.LIVE
    assert world.iam.all_keys()[key].active
    assert world.grant(grant).lease_until == lease


def test_undo_ends_and_the_key_is_deleted(world: World) -> None:
    from dataclasses import replace
    from datetime import timedelta

    world.catalog = replace(world.catalog, hygiene=replace(world.catalog.hygiene, undo=timedelta(days=2)))
    grant, old = world.live()
    world.rotated(grant)
    press(rotate.retire, world, old)
    world.sweep()
    world.clock.advance(days=2)
    with pytest.raises(Refused) as refusal:
        press(rotate.reactivate, world, old)
    assert refusal.value.reason is Reason.UNDO_OVER
    world.sweep()
    assert world.credential(old).state is C.DELETED
    assert len(world.iam.all_keys()) == 1


@pytest.mark.parametrize("use", ["recent", "unreadable"])
def test_the_clock_never_switches_off_a_key_in_use_or_of_unknown_use(world: World, use: str) -> None:
    from dataclasses import replace
    from datetime import timedelta

    world.catalog = replace(world.catalog, hygiene=replace(world.catalog.hygiene, overlap=timedelta(days=2)))
    grant, old = world.live()
    world.rotated(grant)
    world.clock.advance(days=2)
    key = world.credential(old).access_key_id
    assert key is not None
    world.iam.uses[key] = LastUsed(world.clock.now(), "s3", "eu-west-1") if use == "recent" else None
    world.sweep()
    assert world.credential(old).state is C.LIVE
    world.iam.uses[key] = LastUsed(None)
    world.clock.advance(days=1)
    world.sweep()
    assert world.credential(old).state is C.RETIRING


def test_two_keys_already_are_never_deleted_to_make_room(world: World) -> None:
    grant, _ = world.live()
    world.rotated(grant)
    with pytest.raises(Refused) as refusal:
        world.rotate(grant)
    assert refusal.value.reason is Reason.BOTH_SLOTS
    assert len(world.iam.all_keys()) == 2


def test_who_may_press(world: World) -> None:
    grant, old = world.live()
    for by, allowed in ((ALICE, True), (BOB, True), (CAROL, False)):
        if allowed:
            press(rotate.wait, world, old, by)
        else:
            with pytest.raises(Refused):
                press(rotate.wait, world, old, by)
    with pytest.raises(Refused):
        world.rotate(grant, BOB)


def test_a_session_is_made_anew_instead(world: World) -> None:
    grant, _ = world.live("reports-session", "8h")
    with pytest.raises(Refused) as refusal:
        world.rotate(grant)
    assert refusal.value.reason is Reason.SESSIONS_ARE_MADE_ANEW


def test_a_failed_rotation_leaves_the_lease_and_the_old_key(world: World) -> None:
    grant, old = world.live()
    lease = world.grant(grant).lease_until
    world.iam.fail_at("create_key", AwsRefused("CreateAccessKey", "AccessDenied"))
    world.mint(world.rotate(grant).id)
    assert world.credential(old).state is C.LIVE
    assert world.grant(grant).lease_until == lease


def test_a_rotation_in_doubt_is_not_begun_again_while_it_is_looked_into(world: World) -> None:
    grant, _ = world.live()
    world.iam.fail_at("create_key", Doubtful("CreateAccessKey"), after=True)
    world.mint(world.rotate(grant).id)
    with pytest.raises(Refused) as refusal:
        world.rotate(grant)
    assert refusal.value.reason is Reason.SETTLING
    for _ in range(3):
        world.clock.advance(seconds=12)
        world.sweep()
    world.rotated(grant)
    assert len(world.iam.all_keys()) == 2
