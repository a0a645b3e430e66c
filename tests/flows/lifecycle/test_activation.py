"""Pressed actions, carried out in AWS: a concurrent press isn't lost, and one failure doesn't block the others."""

import pytest

from bot.domain.errors import AwsRefused, Reason, Refused, Throttled
from bot.domain.ids import CredentialId, GrantId
from bot.domain.lifecycle import CredentialState as C
from bot.flows.lifecycle import activation, retire_due
from tests.fakes import ALICE, BOB
from tests.flows.catalog import MAIN
from tests.flows.copies import copies
from tests.flows.world import World


def run(world: World) -> int:
    return activation.carry_out(world.context)


def rotated(world: World) -> tuple[GrantId, CredentialId]:
    """A grant with two live keys; returns the older one's id."""
    grant, old = world.live()
    world.clock.advance(hours=1)
    world.rotated(grant)
    return grant, old


def active(world: World, credential: CredentialId) -> bool:
    return world.iam.all_keys()[world.key(credential)].active


def meanwhile(world: World, press: object) -> None:
    """The press comes while AWS carries out the next call."""
    before = world.iam.set_active

    def call(*args: object, **words: object) -> None:
        world.iam.set_active = before  # type: ignore[method-assign]
        before(*args, **words)  # type: ignore[arg-type]
        press()  # type: ignore[operator]

    world.iam.set_active = call  # type: ignore[method-assign,assignment]


def test_more_than_twenty_presses_are_carried_out_in_one_run(world: World) -> None:
    """Actions that people pressed are neither limited nor delayed."""
    grant, old = rotated(world)
    olds = [old, *(CredentialId(each[old]) for each in copies(world, grant, 20))]
    for each in olds:
        world.retire(each)
    assert run(world) == 21


def test_a_press_on_a_grant_that_ended_is_dropped(world: World) -> None:
    grant, old = rotated(world)
    world.retire(old)
    world.give_back(grant)
    assert run(world) == 0
    assert world.credential(old).pending_action is None
    assert world.iam.count("set_active") == 0


@pytest.mark.parametrize(
    "error", [AwsRefused("UpdateAccessKey", "AccessDenied"), Throttled("UpdateAccessKey", "Throttling")]
)
def test_what_aws_refuses_waits_behind_the_others(world: World, error: Exception) -> None:
    (_, first), (_, second) = rotated(world), rotated(world)
    world.retire(first)
    world.retire(second)
    world.iam.fail_at("set_active", error)
    assert run(world) == 1
    assert (world.credential(first).state, world.credential(second).state) == (C.LIVE, C.RETIRING)
    assert run(world) == 0
    world.clock.advance(seconds=15)
    assert run(world) == 1
    assert world.credential(first).state is C.RETIRING


def test_undo_pressed_while_aws_switches_it_off_brings_it_back(world: World) -> None:
    _, old = rotated(world)
    world.retire(old)
    meanwhile(world, lambda: world.reactivate(old))
    run(world)
    run(world)
    assert world.credential(old).state is C.LIVE
    assert active(world, old)


def test_wait_pressed_while_the_clock_switches_it_off_brings_it_back(world: World) -> None:
    world.change(overlap=world.catalog.hygiene.overlap / 7)
    _, old = rotated(world)
    world.clock.advance(days=1)
    meanwhile(world, lambda: world.wait(old))
    assert retire_due.retire_due(world.context) == 1
    run(world)
    assert world.credential(old).state is C.LIVE
    assert active(world, old)
    world.sweep()
    assert world.credential(old).retire_at == world.clock.now() + world.catalog.hygiene.overlap


def test_switch_off_pressed_while_the_clock_does_it_stays_off(world: World) -> None:
    world.change(overlap=world.catalog.hygiene.overlap / 7)
    _, old = rotated(world)
    world.clock.advance(days=1)
    meanwhile(world, lambda: world.retire(old))
    retire_due.retire_due(world.context)
    run(world)
    assert world.credential(old).state is C.RETIRING
    assert not active(world, old)


def test_undo_pressed_in_time_holds_against_the_clock_that_deletes(world: World) -> None:
    """Pressed a second before delete_at, and not yet carried out in AWS at delete_at."""
    _, old = rotated(world)
    world.change(undo=world.catalog.hygiene.undo / 7)
    world.retire(old)
    run(world)
    world.clock.advance(hours=23, minutes=59, seconds=59)
    world.reactivate(old)
    world.clock.advance(seconds=2)
    assert retire_due.delete_due(world.context) == 0
    run(world)
    assert world.credential(old).state is C.LIVE
    assert active(world, old)


def test_undo_of_a_key_that_someone_deleted_by_hand_says_that_it_is_gone(world: World) -> None:
    grant, old = rotated(world)
    world.retire(old)
    run(world)
    world.iam.delete_key(MAIN, world.grant(grant).iam_user, world.key(old), by=BOB)
    world.reactivate(old)
    run(world)
    found = world.credential(old)
    assert (found.state, found.pending_action) == (C.DELETED, None)
    assert found.gone_at
    assert ("credential:rotated", ALICE) in world.items()
    assert run(world) == 0
    world.mint(world.rotate(grant).id)
    assert world.reveal()


def test_a_second_click_on_rotate_waits_with_a_slow_mint(world: World) -> None:
    """Claimed more than 30 s ago by a live worker: failing it would create two keys at once."""
    grant, _ = world.live()
    first = world.rotate(grant)
    before = world.iam.create_key

    def slow(*args: object, **words: object) -> object:
        world.clock.advance(seconds=45)
        assert world.rotate(grant).id == first.id
        return before(*args, **words)  # type: ignore[arg-type]

    world.iam.create_key = slow  # type: ignore[method-assign,assignment]
    world.mint(first.id)
    assert [view for view, *_ in world.notifier.links][-1] == "V3"
    assert len(world.iam.all_keys()) == 2


def test_rotate_over_a_link_that_no_one_opened_discards_it(world: World) -> None:
    grant, old = world.live()
    unopened = world.rotate(grant).id
    world.mint(unopened)
    fresh = world.rotate(grant).id
    assert world.credential(unopened).state is C.DISCARDED
    world.mint(fresh)
    assert set(world.iam.all_keys()) == {world.key(old), world.key(fresh)}


def test_rotate_over_an_opened_one_says_when_and_where(world: World) -> None:
    grant, _ = world.live()
    world.mint(world.rotate(grant).id)
    world.reveal()
    with pytest.raises(Refused) as refusal:
        world.rotate(grant)
    assert refusal.value.reason is Reason.REVEALED
    assert refusal.value.facts["ip"] == "203.0.113.7"
