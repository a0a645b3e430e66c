"""Failures seen in real projects of this kind that must not happen in this one."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import (
    AlreadyDone,
    AwsError,
    BoundaryDiffers,
    Doubtful,
    ForeignUser,
    Reason,
    Refused,
    Throttled,
    Unreadable,
)
from bot.domain.ids import DeliveryId
from bot.domain.lifecycle import CredentialState as C
from bot.domain.lifecycle import GrantState, RequestState
from bot.domain.usage.last_used import LastUsed
from bot.flows.issuing import collect, intent
from bot.flows.lifecycle import revoke, rotate
from bot.flows.requests import decide
from tests.fakes import ALICE, BOB, CAROL, DAVE, START
from tests.flows.catalog import catalog, entitlement
from tests.flows.world import World


def test_grants_of_the_same_thing_do_not_end_each_other(world: World) -> None:
    (first, _), (second, key) = world.live(), world.live()
    assert world.grant(first).iam_user != world.grant(second).iam_user
    world.give_back(first)
    world.reconcile()
    assert world.grant(second).state is GrantState.ACTIVE
    assert set(world.iam.all_keys()) == {world.key(key)}


def test_one_deactivated_approver_breaks_no_request(world: World) -> None:
    """Dave is in the catalog but no longer a member: Bob can decide anyway."""
    del world.people.people[DAVE]
    asked = world.ask()
    assert world.approve(asked, BOB).request.state is RequestState.APPROVED


def test_a_link_that_never_reached_the_owner_starts_no_clock_for_the_old_key(world: World) -> None:
    """The new key was created, the message failed, and the old key was queued for deletion anyway."""
    grant, old = world.live()
    world.notifier.dead = True
    world.mint(world.rotate(grant).id)
    world.sweep()
    assert world.credential(old).retire_at is None
    assert set(world.iam.all_keys()) == {world.key(old)}


def test_a_key_that_was_opened_and_not_confirmed_starts_no_clock_for_the_old_one(world: World) -> None:
    grant, old = world.live()
    world.clock.advance(seconds=1)
    world.mint(world.rotate(grant).id)
    world.reveal()
    world.sweep()
    assert world.credential(old).retire_at is None


def test_the_first_check_of_an_old_key_sends_a_notice_and_changes_nothing(world: World) -> None:
    world.catalog = catalog(entitlement("reports-old", max_duration=timedelta(days=900)))
    world.change(stale=timedelta(days=1), unused=timedelta(days=1), never_used=timedelta(days=1))
    world.live("reports-old")
    key = next(iter(world.iam.all_keys()))
    acts = list(world.iam.acts)
    world.clock.advance(days=4)
    world.look_over()
    world.sweep()
    assert ("finding:digest", ALICE) in world.items()
    assert world.iam.acts == acts
    assert world.iam.all_keys()[key].active


def test_no_key_of_a_crashed_rotation_is_taken_for_the_oldest(world: World) -> None:
    """Doubt about the new key never leads to an action on the old one, which may be in production."""
    grant, old = world.live()
    world.iam.uses[world.key(old)] = LastUsed(world.clock.now(), "s3", "eu-west-1")
    for after in (True, False):
        world.iam.fail_at("create_key", Doubtful("CreateAccessKey"), after=after)
        world.mint(world.rotate(grant).id)
        world.pass_time(600, every=15)
    assert {subject for call, subject, _ in world.iam.acts if call in {"set_active", "delete_key"}}.isdisjoint(
        {world.key(old)}
    )


REFUSALS = [
    ("prepare", BoundaryDiffers("GetPolicy", "Differs")),
    ("prepare", ForeignUser("CreateUser", "EntityAlreadyExists")),
    ("prepare", Unreadable("GetUser", "Throttling")),
    ("prepare", Throttled("PutUserPolicy", "Throttling")),
    ("create_key", Throttled("CreateAccessKey", "Throttling")),
]


@pytest.mark.parametrize(("call", "error"), REFUSALS, ids=[f"{each[0]}-{type(each[1]).__name__}" for each in REFUSALS])
def test_nothing_counts_as_handed_out_before_aws_has_made_it(world: World, call: str, error: AwsError) -> None:
    grant = world.granted()
    world.iam.fail_at(call, error)
    credential = world.collect(grant).id
    world.mint(credential)
    assert (world.credential(credential).state, world.grant(grant).state) == (C.FAILED, GrantState.APPROVED)
    assert world.grant(grant).lease_until is None, "the lease runs from the collect that succeeds"
    assert world.notifier.links == []
    assert ("credential:window", "V1") in world.items()
    world.clock.advance(hours=1)
    world.mint(world.collect(grant).id)
    assert world.reveal()
    lease = world.grant(grant).lease_until
    assert lease == world.clock.now() + timedelta(days=7)


def test_an_old_press_that_comes_again_has_no_second_effect(world: World) -> None:
    asked = world.ask()
    decided = {"request": asked, "by": BOB, "delivery": DeliveryId("trigger-approve")}
    decide.approve(world.context, **decided)  # type: ignore[arg-type]
    with pytest.raises(Refused) as refusal:
        decide.approve(world.context, **decided)  # type: ignore[arg-type]
    assert refusal.value.reason is Reason.ALREADY_DECIDED
    with world.work.begin() as tx:
        grant = tx.grants.of_request(asked)
    assert grant is not None
    pressed = {
        "grant": grant.id,
        "by": ALICE,
        "window": intent.Window("V1", START),
        "delivery": DeliveryId("trigger-collect"),
    }
    world.mint(collect.begin(world.context, **pressed).id)  # type: ignore[arg-type]
    with pytest.raises(AlreadyDone):
        collect.begin(world.context, **pressed)  # type: ignore[arg-type]
    world.reveal()
    world.receipt()
    rotated = {
        "grant": grant.id,
        "by": ALICE,
        "window": intent.Window("V2", START),
        "delivery": DeliveryId("trigger-rotate"),
    }
    rotate.begin(world.context, **rotated)  # type: ignore[arg-type]
    with pytest.raises(AlreadyDone):
        rotate.begin(world.context, **rotated)  # type: ignore[arg-type]
    with world.work.begin() as tx:
        assert len(tx.credentials.of(grant.id)) == 2


def test_a_refused_press_is_not_stored_as_delivered(world: World) -> None:
    """Slack's retry of a refused press is refused again with a reason, and never treated as done."""
    grant = world.granted()
    for _ in range(2):
        with pytest.raises(Refused) as refusal:
            revoke.give_back(world.context, grant=grant, by=CAROL, delivery=DeliveryId("trigger-1"))  # fmt: skip
        assert refusal.value.reason is Reason.NOT_OWNER


def test_an_approver_who_became_the_requesters_guest_is_no_approver(world: World) -> None:
    asked = world.ask()
    world.people.people[BOB] = replace(world.people.people[BOB], full_member=False)
    with pytest.raises(Refused) as refusal:
        world.approve(asked, BOB)
    assert refusal.value.reason is Reason.NOT_A_MEMBER
