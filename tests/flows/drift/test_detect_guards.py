"""What is in progress or unknown isn't drift: one test for each guard."""

import pytest

from bot.domain.drift.difference import DifferenceKind as K
from bot.domain.errors import Doubtful, Unreadable
from bot.domain.usage.last_used import LastUsed
from bot.flows.lifecycle import renew_apply
from tests.fakes import ALICE
from tests.flows.drift.kit import (
    BY_HAND,
    ConsoleUser,
    compare,
    compare_once,
    console_user,
    done,
    one,
    retiring,
    told,
    trail,
)
from tests.flows.renewals import approved
from tests.flows.world import World

EVERY = pytest.mark.parametrize("kind", K)


def test_nothing_is_said_while_a_key_is_made(world: World) -> None:
    who = done(ConsoleUser.widen)(world)
    world.clock.advance(hours=1)
    credential = world.rotate(who.grant)
    calls = world.iam.count("keys_of")
    assert compare_once(world) == 0
    assert world.iam.count("keys_of") == calls, "not even looked at"
    world.mint(credential.id)
    world.clock.advance(minutes=5)
    assert compare_once(world) == 0
    world.reveal()
    world.receipt()
    assert compare_once(world) + compare(world) == 0, "the rotation has put it back"


def test_a_rotation_between_the_read_and_the_write_discards_the_result(world: World) -> None:
    who = done(lambda each: each.switch(active=False))(world)
    world.clock.advance(hours=1)
    compare_once(world)
    world.clock.advance(minutes=5)
    before = world.iam.keys_of

    def rotated_meanwhile(*args: object) -> object:
        found = before(*args)  # type: ignore[arg-type]
        world.iam.keys_of = before  # type: ignore[method-assign]
        world.rotate(who.grant)
        return found

    world.iam.keys_of = rotated_meanwhile  # type: ignore[method-assign,assignment]
    assert compare_once(world) == 0
    assert told(world) == []


@pytest.mark.parametrize("act", ["retire", "reactivate", "give_back", "renew"])
def test_nothing_is_said_while_someone_has_pressed_something(world: World, act: str) -> None:
    who, old = retiring(world)
    if act == "retire":
        world.reactivate(old)
        world.sweep()
    who.widen()
    world.clock.advance(hours=1)
    compare_once(world)
    world.clock.advance(minutes=5)
    if act == "give_back":
        world.give_back(who.grant)
    elif act == "renew":
        approved(world, who.grant)
    else:
        getattr(world, act)(old)
    assert compare_once(world) == 0
    assert told(world) == []


def test_a_renewal_is_not_drift_at_any_step(world: World) -> None:
    who = console_user(world)
    world.clock.advance(hours=1)
    compare_once(world)
    approved(world, who.grant)
    for _ in range(4):
        world.clock.advance(minutes=5)
        assert compare_once(world) == 0
        renew_apply.extend(world.context)
    assert compare(world) == 0


def test_a_key_of_a_lost_mint_is_the_orphan_passes_business_for_an_hour(world: World) -> None:
    grant, _ = world.live()
    world.iam.fail_at("create_key", Doubtful("CreateAccessKey"), after=True)
    world.mint(world.rotate(grant).id)
    assert compare(world) == 0
    with world.work.begin() as tx:
        assert tx.differences.open_of(grant) == ()


def test_an_unknown_key_reported_by_the_orphan_pass_is_not_reported_twice(world: World) -> None:
    who = done(ConsoleUser.add_key)(world)
    world.clock.advance(minutes=20)
    world.iam.fail_at("create_key", Unreadable("CreateAccessKey"))
    world.mint(world.rotate(who.grant).id)
    with world.work.begin() as tx:
        tx.grants.try_again_at(who.grant, world.clock.now())
    world.reconcile()
    assert ("orphan:found", ALICE) in world.items()
    for _ in range(3):
        assert compare(world) == 0


@pytest.mark.parametrize("call", ["users_seen", "keys_of"])
@EVERY
def test_unreadable_use_is_unknown_and_not_reported(world: World, kind: K, call: str) -> None:
    who = BY_HAND[kind](world)
    world.clock.advance(hours=1)
    compare_once(world)
    world.clock.advance(minutes=5)
    world.iam.fail_at(call, Unreadable("List"))
    assert compare_once(world) == 0
    assert trail(world, who.grant) == []
    assert compare_once(world) == 1, "and closes nothing either"


def test_two_answers_that_do_not_agree_are_no_answer(world: World) -> None:
    who = done(ConsoleUser.widen)(world)
    before = world.iam.users_seen
    world.iam.users_seen = lambda *_: {}  # type: ignore[method-assign,assignment]
    assert compare(world) == 0
    world.iam.users_seen = before  # type: ignore[method-assign]
    with world.work.begin() as tx:
        assert tx.differences.open_of(who.grant) == ()


def test_a_last_use_that_cannot_be_read_is_said_to_be_unknown(world: World) -> None:
    who = console_user(world)
    key = who.add_key()
    world.iam.uses[key] = None
    compare(world)
    facts = one(world, K.FOREIGN_KEY).facts
    assert (facts["active"], "used" in facts) == ("yes", False)
    assert facts["made"] == who.user.keys[key].created_at.isoformat()


def test_an_unknown_keys_use_is_reported_with_it(world: World) -> None:
    who = console_user(world)
    world.iam.uses[who.add_key()] = LastUsed(world.clock.now(), "s3", "eu-west-1")
    compare(world)
    facts = one(world, K.FOREIGN_KEY).facts
    assert (facts["used"], facts["service"], facts["region"]) == ("2026-11-02T14:00:00+00:00", "s3", "eu-west-1")
