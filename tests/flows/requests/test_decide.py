"""Approve and decline: distinct people, never the requester, checked at the click."""

import threading
from datetime import timedelta

import pytest

from bot.domain.errors import Reason, Refused
from bot.domain.lifecycle import GrantState, RequestState
from bot.flows.requests import decide, renew
from tests.fakes import ALICE, BOB, CAROL, DAVE
from tests.flows.world import World


@pytest.fixture
def two(world: World) -> World:
    """Dave is a full member here, so that two people can approve."""
    from dataclasses import replace

    world.people.people[DAVE] = replace(world.people.people[DAVE], full_member=True)
    return world


@pytest.mark.parametrize(
    ("asked_by", "by", "reason"),
    [
        (ALICE, CAROL, Reason.NOT_APPROVER),
        (ALICE, ALICE, Reason.NOT_APPROVER),
        (ALICE, DAVE, Reason.NOT_A_MEMBER),
    ],
)
def test_it_refuses_people_without_the_right(world: World, asked_by: object, by: object, reason: Reason) -> None:
    asked = world.ask(by=asked_by)  # type: ignore[arg-type]
    with pytest.raises(Refused) as refusal:
        world.approve(asked, by)  # type: ignore[arg-type]
    assert refusal.value.reason is reason


def test_an_approver_never_decides_on_their_own_request(world: World) -> None:
    asked = world.ask(by=BOB)
    with pytest.raises(Refused) as refusal:
        world.approve(asked, BOB)
    assert refusal.value.reason is Reason.OWN_REQUEST


def test_one_yes_makes_a_grant_and_nothing_in_aws(world: World) -> None:
    grant = world.granted()
    assert world.grant(grant).state is GrantState.APPROVED
    assert world.iam.calls == []
    assert ("grant:owner", ALICE) in world.items()


def test_quorum_counts_distinct_people(two: World) -> None:
    asked = two.ask("reports-two")
    assert two.approve(asked, BOB).request.state is RequestState.REQUESTED
    with pytest.raises(Refused) as refusal:
        two.approve(asked, BOB)
    assert refusal.value.reason is Reason.ALREADY_VOTED
    assert two.approve(asked, DAVE).request.state is RequestState.APPROVED


def test_two_approvers_at_once_make_one_grant(two: World) -> None:
    asked = two.ask("reports-two")
    barrier = threading.Barrier(2)
    refused: list[Reason] = []

    def vote(by: object) -> None:
        barrier.wait()
        try:
            two.approve(asked, by)  # type: ignore[arg-type]
        except Refused as refusal:
            refused.append(refusal.reason)

    threads = [threading.Thread(target=vote, args=(each,)) for each in (BOB, DAVE)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    with two.work.begin() as tx:
        assert tx.grants.of_request(asked) is not None
    assert refused == []


def test_someone_who_left_the_group_no_longer_counts(two: World) -> None:
    from dataclasses import replace

    asked = two.ask("reports-two")
    two.approve(asked, BOB)
    group = two.catalog.approvers["platform"]
    two.catalog = replace(two.catalog, approvers={"platform": replace(group, users=(DAVE, CAROL), usergroups=())})
    assert two.approve(asked, DAVE).request.state is RequestState.REQUESTED


def test_a_decline_wants_a_justification_and_tells_it(world: World) -> None:
    asked = world.ask()
    words = {"request": asked, "by": BOB, "delivery": None}
    with pytest.raises(Refused) as refusal:
        decide.decline(world.context, justification=" ", **words)  # type: ignore[arg-type]
    assert refusal.value.reason is Reason.NO_JUSTIFICATION
    decide.decline(world.context, justification="not this quarter", **words)  # type: ignore[arg-type]
    assert ("request:outcome", ALICE) in world.items()
    with pytest.raises(Refused) as refusal:
        world.approve(asked)
    assert refusal.value.reason is Reason.ALREADY_DECIDED


def test_a_vote_after_the_deadline_counts_as_lapsed_before_the_sweep(world: World) -> None:
    asked = world.ask()
    deadline = world.clock.now() + timedelta(hours=72)
    world.clock.advance(hours=73)
    with pytest.raises(Refused) as refusal:
        world.approve(asked)
    assert refusal.value.facts == {"state": RequestState.LAPSED, "at": deadline}


def test_nobody_approves_for_longer_than_what_was_asked_for(world: World) -> None:
    asked = world.ask(duration="1d")
    with pytest.raises(Refused) as refusal:
        decide.approve(world.context, request=asked, by=BOB, delivery=None, duration=timedelta(days=2))
    assert refusal.value.reason is Reason.LONGER_THAN_ASKED
    with world.work.begin() as tx:
        assert tx.decisions.of(asked) == ()


def test_of_several_approvals_the_shortest_duration_holds_also_in_aws(two: World) -> None:
    asked = two.ask("reports-two")
    decide.approve(two.context, request=asked, by=BOB, delivery=None, duration=timedelta(days=2), note="two days")
    decide.approve(two.context, request=asked, by=DAVE, delivery=None, duration=timedelta(days=3))
    with two.work.begin() as tx:
        grant = tx.grants.of_request(asked)
    assert grant is not None
    assert grant.duration == timedelta(days=2)
    two.mint(two.collect(grant.id).id)
    assert two.grant(grant.id).lease_until == two.clock.now() + timedelta(days=2)


def test_a_forged_longer_lease_than_the_approved_duration_is_not_minted(world: World) -> None:
    asked = world.ask()
    decide.approve(world.context, request=asked, by=BOB, delivery=None, duration=timedelta(days=1))
    with world.work.begin() as tx:
        grant = tx.grants.of_request(asked)
    assert grant is not None
    credential = world.collect(grant.id)
    with world.work.begin() as tx:
        tx.grants.set_lease(grant.id, world.clock.now() + timedelta(days=7))
    world.mint(credential.id)
    assert world.iam.all_keys() == {} or not world.iam.all_keys()


def test_a_renewal_is_shortened_too_and_never_to_nothing(world: World) -> None:
    grant, _ = world.live()
    asked = renew.ask(
        world.context, grant=grant, duration=timedelta(days=20), justification="longer", by=ALICE, delivery=None
    )
    with pytest.raises(Refused) as refusal:
        decide.approve(world.context, request=asked.id, by=BOB, delivery=None, duration=timedelta(days=7))
    assert refusal.value.reason is Reason.NOT_LONGER
    decide.approve(world.context, request=asked.id, by=BOB, delivery=None, duration=timedelta(days=9))
    until = world.clock.now() + timedelta(days=9)
    world.sweep()
    assert (world.grant(grant).lease_until, world.grant(grant).duration) == (until, timedelta(days=9))
