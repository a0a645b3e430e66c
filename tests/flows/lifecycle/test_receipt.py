"""After the reveal: the page's receipt, the owner's Yes or No, or no answer."""

import pytest

from bot.domain.errors import Reason, Refused
from bot.domain.ids import SlackUserId
from bot.domain.lifecycle import CredentialState as C
from bot.flows.lifecycle import deadlines
from tests.fakes import ALICE, BOB, CAROL
from tests.flows.copies import copies
from tests.flows.world import World


def test_not_revealed_in_ten_minutes_is_discarded(world: World) -> None:
    grant = world.granted()
    credential = world.collect(grant).id
    world.mint(credential)
    world.clock.advance(minutes=10)
    world.sweep()
    assert world.credential(credential).state is C.DISCARDED
    assert world.iam.all_keys() == {}
    assert world.grant(grant).lease_until is None


def test_no_receipt_asks_and_no_makes_a_new_one(world: World) -> None:
    grant = world.granted()
    first = world.collect(grant).id
    world.mint(first)
    world.reveal()
    with pytest.raises(Refused) as refusal:
        world.collect(grant)
    assert refusal.value.reason is Reason.REVEALED
    world.clock.advance(minutes=10)
    world.sweep()
    assert ("credential:confirm", ALICE) in world.items()
    second = world.replace(first).id
    world.mint(second)
    world.sweep()
    assert world.credential(first).state is C.DELETED
    assert world.open(world.reveal())["access_key_id"] == world.credential(second).access_key_id
    assert len(world.iam.all_keys()) == 1


def test_after_a_day_without_an_answer_it_counts_as_live(world: World) -> None:
    credential = world.collect(world.granted()).id
    world.mint(credential)
    world.reveal()
    world.clock.advance(hours=24)
    world.sweep()
    assert world.credential(credential).state is C.LIVE


def test_no_one_is_asked_twice_and_the_hundred_and_first_is_asked_too(world: World) -> None:
    """Those already asked don't block the others."""
    grant = world.granted()
    world.mint(world.collect(grant).id)
    world.reveal()
    copies(world, grant, 100)
    world.clock.advance(minutes=10)
    asked = [deadlines.ask_receipt(world.context) for _ in range(3)]
    assert asked == [100, 1, 0]


def test_no_one_is_asked_about_a_grant_that_is_over(world: World) -> None:
    grant = world.granted()
    world.mint(world.collect(grant).id)
    world.reveal()
    world.give_back(grant)
    world.clock.advance(minutes=10)
    world.sweep()
    assert "credential:confirm" not in [notice for notice, _ in world.items()]


def test_yes_begins_the_old_keys_clock_as_a_receipt_does(world: World) -> None:
    grant, old = world.live()
    world.clock.advance(hours=1)
    new = world.rotate(grant).id
    world.mint(new)
    world.reveal()
    world.confirm(new)
    assert world.credential(new).state is C.LIVE
    world.sweep()
    assert world.credential(old).retire_at == world.clock.now() + world.catalog.hygiene.overlap
    assert ("credential:rotated", ALICE) in world.items()
    assert world.credential(new).retire_at is None


def test_yes_on_a_grant_that_is_over_is_answered_with_a_sentence(world: World) -> None:
    grant = world.granted()
    credential = world.collect(grant).id
    world.mint(credential)
    world.reveal()
    world.give_back(grant)
    with pytest.raises(Refused) as refusal:
        world.confirm(credential)
    assert refusal.value.reason is Reason.GRANT_OVER


@pytest.mark.parametrize("by", [BOB, CAROL])
def test_no_one_else_answers_for_the_owner(world: World, by: SlackUserId) -> None:
    credential = world.collect(world.granted()).id
    world.mint(credential)
    world.reveal()
    for press in (world.confirm, world.replace):
        with pytest.raises(Refused) as refusal:
            press(credential, by)  # type: ignore[operator]
        assert refusal.value.reason is Reason.NOT_OWNER


def test_no_during_a_rotation_makes_room_by_the_key_that_no_one_got(world: World) -> None:
    """Both slots are taken, so the replaced key is deleted just before the new one is created, without a sweep."""
    grant, old = world.live()
    lost = world.rotate(grant).id
    world.mint(lost)
    world.reveal()
    fresh = world.replace(lost).id
    world.mint(fresh)
    assert world.open(world.reveal())["access_key_id"] == world.key(fresh)
    assert world.credential(lost).state is C.DELETED
    assert set(world.iam.all_keys()) == {world.key(old), world.key(fresh)}


def test_a_receipt_after_the_end_brings_nothing_back(world: World) -> None:
    grant = world.granted()
    credential = world.collect(grant).id
    world.mint(credential)
    world.reveal()
    world.give_back(grant)
    assert world.receipt()
    assert world.credential(credential).state is C.REVEALED
    world.reconcile()
    assert world.receipt()
    assert world.credential(credential).state is C.DELETED
