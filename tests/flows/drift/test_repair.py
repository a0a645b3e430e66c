"""Repair: what the button on a drift message does in AWS and in the ledger, who may press it, and how often."""

from dataclasses import replace

import pytest

from bot.domain.authorization import RULES, Role
from bot.domain.drift.difference import REPAIRS
from bot.domain.drift.difference import DifferenceKind as K
from bot.domain.errors import Reason, Refused
from bot.domain.ids import SlackUserId
from bot.domain.lifecycle import CredentialState as C
from tests.fakes import ALICE, BOB, CAROL, DAVE
from tests.flows.drift.kit import (
    BY_HAND,
    ConsoleUser,
    again,
    carry_out,
    compare,
    done,
    one,
    press,
    repair_now,
    told,
    trail,
)
from tests.flows.world import World

REPAIRABLE = pytest.mark.parametrize("kind", sorted(REPAIRS))
WRITES = ("repair", "set_active", "delete_key", "prepare", "create_key", "tear_down")


def differs(world: World, kind: K) -> ConsoleUser:
    who = BY_HAND[kind](world)
    compare(world)
    assert [each.kind for each in told(world)] == [kind]
    world.iam.calls.clear()
    return who


def writes(world: World) -> list[str]:
    return [name for name, _ in world.iam.calls if name in WRITES]


@REPAIRABLE
def test_a_press_repairs_it_and_the_trail_says_by_whom(world: World, kind: K) -> None:
    who = differs(world, kind)
    row = again(world, repair_now(world, kind))
    assert (row.repaired_by, row.repaired_at, row.stuck_on) == (BOB, world.clock.now(), None)
    last = trail(world, who.grant)[-1]
    assert (last.tag.value, last.actor, last.facts["kind"]) == ("difference:mended", BOB, kind)
    for _ in range(3):
        assert compare(world) == 0
    left = [each.kind for each in told(world)]
    assert left == ([K.FOREIGN_KEY] if kind is K.FOREIGN_KEY else []), "a stranger stands, switched off, and is quiet"
    steps = [each.tag.value for each in trail(world, who.grant)]
    assert steps == ["difference:found", "difference:pressed", "difference:mended"]


@pytest.mark.parametrize("kind", [K.POLICY, K.BOUNDARY, K.TAGS, K.KEY_ON, K.KEY_OFF])
def test_aws_is_as_it_was_left(world: World, kind: K) -> None:
    who = differs(world, kind)
    repair_now(world, kind)
    assert who.user.seen() == who.before.seen()
    assert who.user.keys == who.before.keys
    assert {by for _, _, by in world.iam.acts[-1:]} == {BOB}


def test_an_owner_who_is_an_admin_too_does_not_switch_their_own_key_on_again(world: World) -> None:
    """Someone deactivated it in AWS: another person must decide whether it is reactivated."""
    world.catalog = replace(world.catalog, admins=(ALICE,))
    differs(world, K.KEY_OFF)
    with pytest.raises(Refused) as refusal:
        repair_now(world, K.KEY_OFF, by=ALICE)
    assert refusal.value.reason is Reason.NOT_YOURS_TO_UNDO
    assert carry_out(world) == 0
    assert again(world, repair_now(world, K.KEY_OFF, by=BOB)).repaired_by == BOB


def test_a_policy_is_put_back_without_what_else_differs(world: World) -> None:
    """Each has its own button, so nothing is removed that no one asked to remove."""
    who = done(ConsoleUser.widen)(world)
    who.retag()
    compare(world)
    repair_now(world, K.POLICY)
    assert who.user.seen().shape == who.before.seen().shape
    assert who.user.seen().tags["owner"] == "somebody"
    assert [each.kind for each in told(world) if not each.repaired_at] == [K.TAGS]


def test_an_unknown_key_is_switched_off_and_never_deleted(world: World) -> None:
    who = differs(world, K.FOREIGN_KEY)
    row = repair_now(world, K.FOREIGN_KEY, by=ALICE)
    assert who.user.keys[row.about].active is False  # type: ignore[index]
    assert writes(world) == ["set_active"]
    assert again(world, row).facts["active"] == "no"


def test_an_unknown_key_that_is_switched_on_again_is_news(world: World) -> None:
    who = differs(world, K.FOREIGN_KEY)
    first = repair_now(world, K.FOREIGN_KEY)
    compare(world)
    who.user.keys[first.about].active = True  # type: ignore[index]
    assert compare(world) == 1
    assert one(world, K.FOREIGN_KEY).id != first.id


def test_an_unknown_key_of_unknown_use_is_not_touched(world: World) -> None:
    differs(world, K.FOREIGN_KEY)
    world.iam.uses[one(world, K.FOREIGN_KEY).about] = None  # type: ignore[index]
    row = again(world, repair_now(world, K.FOREIGN_KEY))
    assert writes(world) == []
    assert (row.stuck_on, row.pressed_by, row.repaired_at) == (Reason.USE_UNKNOWN, None, None)
    world.iam.uses.clear()
    assert again(world, repair_now(world, K.FOREIGN_KEY)).repaired_at


def test_after_a_key_was_struck_off_another_one_is_collected(world: World) -> None:
    who = differs(world, K.KEY_GONE)
    repair_now(world, K.KEY_GONE, by=ALICE)
    assert writes(world) == []
    with world.work.begin() as tx:
        (row,) = tx.credentials.of(who.grant)
    assert (row.state, row.why, bool(row.gone_at)) == (C.DELETED, "by-hand", True)
    world.mint(world.collect(who.grant).id)
    assert world.open(world.reveal())["access_key_id"] in world.iam.all_keys()
    world.receipt()
    assert set(world.iam.all_keys()) == world.ledger_keys()


def test_after_one_of_two_keys_was_struck_off_there_is_room_to_rotate(world: World) -> None:
    grant, old = world.live()
    new = world.rotated(grant)
    world.sweep()
    who = ConsoleUser(world, grant, world.key(old))
    who.delete_key()
    compare(world)
    with pytest.raises(Refused):
        world.rotate(grant)
    repair_now(world, K.KEY_GONE, by=ALICE)
    world.rotated(grant)
    assert world.credential(new).state is C.LIVE
    assert set(world.iam.all_keys()) == world.ledger_keys()


def test_after_a_user_was_struck_off_collect_makes_it_anew(world: World) -> None:
    who = differs(world, K.USER_GONE)
    repair_now(world, K.USER_GONE, by=ALICE)
    assert world.ledger_keys() == set()
    world.mint(world.collect(who.grant).id)
    world.reveal()
    world.receipt()
    assert who.user.seen() == who.before.seen()
    assert set(world.iam.all_keys()) == world.ledger_keys()
    assert compare(world) == 0


def test_a_lease_that_was_lengthened_by_hand_is_the_ledgers_again(world: World) -> None:
    who = done(ConsoleUser.lengthen)(world)
    compare(world)
    repair_now(world, K.POLICY)
    assert who.user.seen().lease_until == world.grant(who.grant).lease_until


# --- who, and how often ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("by", [ALICE, BOB, CAROL, DAVE])
@REPAIRABLE
def test_who_may_press(world: World, kind: K, by: SlackUserId) -> None:
    """alice owns it, bob approves, carol is an outsider, dave an approver who became a guest."""
    differs(world, kind)
    role = {ALICE: Role.OWNER, BOB: Role.APPROVER}.get(by)
    if role in RULES[REPAIRS[kind]].who:
        assert again(world, repair_now(world, kind, by=by)).repaired_by == by
        return
    with pytest.raises(Refused) as refused:
        repair_now(world, kind, by=by)
    assert refused.value.reason is (Reason.NOT_A_MEMBER if by == DAVE else Reason.NOT_APPROVER)
    assert carry_out(world) == 0
    assert writes(world) == []


@REPAIRABLE
def test_pressed_twice_is_done_once(world: World, kind: K) -> None:
    differs(world, kind)
    repair_now(world, kind)
    calls = writes(world)
    with pytest.raises(Refused) as refused:
        repair_now(world, kind)
    assert (refused.value.reason, refused.value.facts["state"]) == (Reason.SOMEBODY_WAS_FIRST, "repaired")
    assert writes(world) == calls


@pytest.mark.parametrize("kind", sorted(set(K) - set(REPAIRS)))
def test_what_latchkey_has_no_right_to_fix_has_no_action(world: World, kind: K) -> None:
    differs(world, kind)
    with pytest.raises(Refused) as refused:
        repair_now(world, kind)
    assert refused.value.reason is Reason.NOT_FOUND


def test_unreported_drift_cannot_be_repaired(world: World) -> None:
    who = done(ConsoleUser.widen)(world)
    compare(world)
    row = one(world, K.POLICY)
    with world.work.begin() as tx:
        tx.differences.set(row.id, told_at=None)
        assert not tx.differences.request_repair(row.id, BOB, world.clock.now())
    assert who.user.by_hand


def test_the_button_of_a_grant_that_is_over_repairs_nothing(world: World) -> None:
    who = differs(world, K.POLICY)
    row = one(world, K.POLICY)
    world.give_back(who.grant)
    with pytest.raises(Refused) as refused:
        press(world, row)
    assert refused.value.reason is Reason.GRANT_OVER
    assert carry_out(world) == 0
    assert writes(world) == []
