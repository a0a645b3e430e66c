"""Changes while AWS is called for a repair: AWS ends up as the ledger's latest state says."""

from collections.abc import Callable

import pytest

from bot.domain.drift.difference import REPAIRS
from bot.domain.drift.difference import DifferenceKind as K
from bot.domain.lifecycle import CredentialState as C
from bot.flows.lifecycle import renew_apply
from tests.flows.drift.kit import again, carry_out, compare, one, press, repair_now, told, trail
from tests.flows.drift.test_repair import differs
from tests.flows.renewals import approved
from tests.flows.world import World


def meanwhile(world: World, call: str, act: Callable[[], object]) -> None:
    """Something happens while AWS answers the next call of this name."""
    before = getattr(world.iam, call)

    def answered(*args: object, **words: object) -> object:
        setattr(world.iam, call, before)
        found = before(*args, **words)
        act()
        return found

    setattr(world.iam, call, answered)


def test_a_renewal_that_came_between_keeps_its_date(world: World) -> None:
    """The repair's Deny came after the renewal's; the next pass brings AWS to the ledger's date."""
    who = differs(world, K.POLICY)

    def renewed() -> None:
        approved(world, who.grant)
        assert renew_apply.extend(world.context) == 1

    former = world.grant(who.grant).lease_until
    row = one(world, K.POLICY)
    press(world, row)
    before = world.iam.repair

    def late(*args: object, **words: object) -> None:
        world.iam.repair = before  # type: ignore[method-assign]
        renewed()
        before(*args, **words)  # type: ignore[arg-type]

    world.iam.repair = late  # type: ignore[method-assign,assignment]
    assert carry_out(world) == 1
    assert who.user.seen().lease_until == former, "AWS holds the old date now"
    assert world.grant(who.grant).lease_until != former
    renew_apply.extend(world.context)
    assert who.user.seen().lease_until == world.grant(who.grant).lease_until
    assert compare(world) == 0


def test_a_key_that_its_owner_switches_off_meanwhile_is_deactivated_again(world: World) -> None:
    who = differs(world, K.KEY_OFF)
    with world.work.begin() as tx:
        (row,) = tx.credentials.of(who.grant)
    press(world, one(world, K.KEY_OFF))
    meanwhile(world, "set_active", lambda: world.retire(row.id))
    carry_out(world)
    assert who.user.keys[who.key].active is False


def test_a_key_that_its_owner_brings_back_meanwhile_stays_on(world: World) -> None:
    who = differs(world, K.KEY_ON)
    with world.work.begin() as tx:
        old = next(each for each in tx.credentials.of(who.grant) if each.access_key_id == who.key)
    press(world, one(world, K.KEY_ON))

    def undone() -> None:
        world.reactivate(old.id)
        world.sweep()

    meanwhile(world, "set_active", undone)
    carry_out(world)
    assert world.credential(old.id).state is C.LIVE
    assert who.user.keys[who.key].active is True


def test_a_revoke_meanwhile_leaves_no_key_on(world: World) -> None:
    who = differs(world, K.KEY_OFF)
    press(world, one(world, K.KEY_OFF))
    before = world.iam.set_active

    def revoked(*args: object, **words: object) -> None:
        world.iam.set_active = before  # type: ignore[method-assign]
        world.give_back(who.grant)
        before(*args, **words)  # type: ignore[arg-type]

    world.iam.set_active = revoked  # type: ignore[method-assign,assignment]
    carry_out(world)
    assert who.user.keys[who.key].active is False


def test_a_user_that_is_made_anew_meanwhile_keeps_its_fresh_key(world: World) -> None:
    """The press only marks the keys that the worker saw as gone, not newer ones."""
    who = differs(world, K.USER_GONE)
    press(world, row := one(world, K.USER_GONE))

    def made_anew() -> None:
        world.rotated(who.grant)

    meanwhile(world, "keys_of", made_anew)
    assert carry_out(world) == 0
    with world.work.begin() as tx:
        states = [each.state for each in tx.credentials.of(who.grant)]
    assert states == [C.LIVE, C.LIVE]
    assert not again(world, row).repaired_at


def test_two_workers_fix_it_once(world: World) -> None:
    differs(world, K.POLICY)
    press(world, one(world, K.POLICY))
    meanwhile(world, "users_seen", lambda: carry_out(world))
    assert carry_out(world) == 1
    assert world.iam.count("repair") == 1


def test_a_worker_that_read_of_the_press_before_another_one_took_it_lets_go(world: World) -> None:
    differs(world, K.POLICY)
    press(world, row := one(world, K.POLICY))
    meanwhile(world, "shape_of", lambda: carry_out(world))
    assert carry_out(world) == 0
    assert world.iam.count("users_seen") == 1
    assert again(world, row).repaired_at


@pytest.mark.parametrize("beside", ["compare", "revoke"])
def test_a_check_or_an_end_during_a_repair_keeps_the_outcome_visible(world: World, beside: str) -> None:
    who = differs(world, K.POLICY)
    press(world, row := one(world, K.POLICY))
    meanwhile(
        world, "repair", (lambda: compare(world)) if beside == "compare" else (lambda: world.give_back(who.grant))
    )
    carry_out(world)
    assert compare(world) == 0
    tags = [each.tag.value for each in trail(world, who.grant)]
    ended = ["difference:gone"] if beside == "revoke" else []
    assert tags == ["difference:found", "difference:pressed", *ended, "difference:mended"]
    assert again(world, row).closed_at
    assert told(world) == []


@pytest.mark.parametrize("kind", sorted(REPAIRS))
def test_on_both_databases_a_difference_is_reported_and_repaired(both: World, kind: K) -> None:
    who = differs(both, kind)
    row = repair_now(both, kind)
    assert again(both, row).repaired_at
    assert compare(both) == 0
    tags = [each.tag.value for each in trail(both, who.grant)]
    assert tags == ["difference:found", "difference:pressed", "difference:mended"]
