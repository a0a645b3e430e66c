"""Drift detection: each manual change in AWS is reported once, to the right people, and only after a second check."""

from copy import deepcopy
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.authorization import Role
from bot.domain.catalog import Approvers
from bot.domain.drift.difference import NOTIFIED
from bot.domain.drift.difference import DifferenceKind as K
from tests.fakes import ALICE, BOB, CAROL
from tests.flows.drift.kit import (
    BY_HAND,
    ConsoleUser,
    again,
    compare,
    compare_once,
    console_user,
    done,
    heard,
    one,
    told,
    trail,
)
from tests.flows.world import World

PLACES = {Role.OWNER: ALICE, Role.APPROVER: "C01OPS", Role.ADMIN: CAROL}
EVERY = pytest.mark.parametrize("kind", K)


def admin_apart(world: World) -> None:
    world.catalog = replace(world.catalog, admins=(CAROL,))


@EVERY
def test_each_difference_is_reported_once_and_to_the_right_people(world: World, kind: K) -> None:
    admin_apart(world)
    who = BY_HAND[kind](world)
    assert compare(world) == 1
    row = one(world, kind)
    assert heard(world) == {PLACES[each] for each in NOTIFIED[kind]}
    assert [(each.tag.value, each.facts["kind"], each.actor) for each in trail(world, who.grant)] == [
        ("difference:found", kind.value, "latchkey")
    ]
    assert row.about == (who.key if kind in {K.KEY_GONE, K.KEY_OFF, K.KEY_ON} else row.about)
    for _ in range(3):
        assert compare(world) == 0
    assert [each.id for each in told(world)] == [row.id]
    assert len(trail(world, who.grant)) == 1


def test_an_unchanged_user_is_not_reported(world: World) -> None:
    who = console_user(world, "30d")
    grant, old = world.live("reports-read", "30d")
    world.rotated(grant)
    for _ in range(30):
        world.clock.advance(hours=12)
        world.beat()
        world.sweep()
        compare(world)
    assert world.credential(old).gone_at, "the whole rotation passed"
    assert told(world) == []
    assert trail(world, who.grant) == trail(world, grant) == []


@EVERY
def test_drift_seen_once_is_not_reported(world: World, kind: K) -> None:
    BY_HAND[kind](world)
    world.clock.advance(hours=1)
    assert compare_once(world) == 0
    world.clock.advance(minutes=4, seconds=59)
    assert compare_once(world) == 0
    world.clock.advance(seconds=1)
    assert compare_once(world) == 1


def test_the_hourly_pass_needs_a_second_check(world: World) -> None:
    """Something new at every second check, the last one four minutes before the next hourly pass."""
    who = console_user(world)
    world.clock.advance(hours=1)
    for minutes in (0, *[7] * 8):
        world.clock.advance(minutes=minutes)
        who.lengthen()
        assert compare_once(world) == 0
    world.clock.advance(minutes=4)
    assert compare_once(world) == 0
    world.clock.advance(minutes=1)
    assert compare_once(world) == 1


@EVERY
def test_drift_gone_at_the_second_check_is_never_reported(world: World, kind: K) -> None:
    """IAM is eventually consistent."""
    who = BY_HAND[kind](world)
    world.clock.advance(hours=1)
    compare_once(world)
    who.undo()
    for _ in range(2):
        world.clock.advance(minutes=5)
        assert compare_once(world) == 0
    assert told(world) == []
    assert trail(world, who.grant) == []


@EVERY
def test_drift_that_comes_back_is_reported_again(world: World, kind: K) -> None:
    who = BY_HAND[kind](world)
    by_hand = deepcopy(world.iam.users)
    compare(world)
    first = one(world, kind)
    who.undo()
    assert compare(world) == 0
    assert again(world, first).closed_at
    assert [each.tag.value for each in trail(world, who.grant)] == ["difference:found", "difference:gone"]
    world.iam.users = by_hand
    assert compare(world) == 1
    assert one(world, kind).id != first.id


def test_another_change_of_the_same_sort_is_reported_for_itself(world: World) -> None:
    who = done(ConsoleUser.widen)(world)
    compare(world)
    first = one(world, K.POLICY)
    who.lengthen()
    assert compare(world) == 1
    second = one(world, K.POLICY)
    assert again(world, first).closed_at
    assert second.facts["extra"] == "arn:aws:iam::aws:policy/PowerUserAccess"
    assert second.facts["lease"] == (world.grant(who.grant).lease_until + timedelta(days=365)).isoformat()  # type: ignore[operator]


def test_only_the_end_of_the_lease_was_moved(world: World) -> None:
    done(ConsoleUser.lengthen)(world)
    compare(world)
    assert set(one(world, K.POLICY).facts) == {"lease"}


def test_a_catalog_change_is_not_drift(world: World) -> None:
    who = console_user(world)
    compare(world)
    wider = replace(world.catalog.entitlements["reports-read"], policy='{"Version":"2012-10-17","Statement":[]}')
    former = world.catalog
    world.catalog = replace(former, entitlements={**former.entitlements, wider.id: wider})
    assert compare(world) == 0
    world.iam.boundary_arn = "arn:aws:iam::123456789012:policy/other"
    assert compare(world) == 0
    assert told(world) == []
    who.widen()
    assert compare(world) == 1


def test_of_what_the_catalog_offers_no_more_only_the_keys_are_known(world: World) -> None:
    who = done(ConsoleUser.widen)(world)
    who.switch(active=False)
    rest = {name: each for name, each in world.catalog.entitlements.items() if name != "reports-read"}
    world.catalog = replace(world.catalog, entitlements=rest)
    compare(world)
    assert [each.kind for each in told(world)] == [K.KEY_OFF]
    assert heard(world) >= {ALICE, BOB}, "no approvers any more: the admins hear of it"


def test_where_no_channel_and_no_one_is_named_the_admins_are_notified_of_it(world: World) -> None:
    admin_apart(world)
    done(ConsoleUser.retag)(world)
    world.catalog = replace(world.catalog, approvers={"platform": Approvers("platform")})
    compare(world)
    assert heard(world) == {CAROL}


def test_the_end_of_the_grant_closes_what_is_open(world: World) -> None:
    who = done(ConsoleUser.widen)(world)
    compare(world)
    row = one(world, K.POLICY)
    world.give_back(who.grant)
    assert again(world, row).closed_at
    assert [each.tag.value for each in trail(world, who.grant)][-1] == "difference:gone"
