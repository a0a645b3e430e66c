"""Renew: who may request it and when, who approves, and how long it then lasts. A lease is never shortened."""

from dataclasses import replace

import pytest

from bot.domain.errors import Reason, Refused
from bot.domain.events import Notice
from bot.domain.ids import GrantId
from bot.domain.lifecycle import GrantState, RequestState
from bot.domain.requests.request import RequestKind
from bot.flows.lifecycle import revoke
from bot.flows.requests import decide
from bot.flows.requests.ask import cancel
from tests.fakes import ALICE, BOB, CAROL, DAVE
from tests.flows.catalog import catalog, entitlement
from tests.flows.hygiene.found_keys import DAY, HOUR
from tests.flows.renewals import approved, ask, carry_out, in_aws, lease, renewed, tags, why
from tests.flows.world import World
from tests.forget_limits import forget_limits


def reason(world: World, *args: object, **words: object) -> Reason:
    with pytest.raises(Refused) as refusal:
        ask(world, *args, **words)  # type: ignore[arg-type]
    return refusal.value.reason


def state_of(world: World, asked: object) -> RequestState:
    with world.work.begin() as tx:
        found = tx.requests.get(asked)  # type: ignore[arg-type]
    assert found is not None
    return found.state


# --- requests ----------------------------------------------------------------------------------------------------


def test_a_renewal_is_a_request_with_its_grant_for_the_same_approvers(world: World) -> None:
    grant, _ = world.live()
    asked = ask(world, grant)
    with world.work.begin() as tx:
        found = tx.requests.get(asked)
    assert found is not None
    assert (found.kind, found.grant, found.requester) == (RequestKind.RENEW, grant, ALICE)
    assert ("request:approval", "C01OPS") in world.items()
    assert world.grant(grant).renew_until is None


@pytest.mark.parametrize("by", [BOB, CAROL, DAVE])
def test_only_its_owner_renews(world: World, by: object) -> None:
    grant, _ = world.live()
    assert reason(world, grant, by=by) in {Reason.NOT_OWNER, Reason.NOT_A_MEMBER}


def test_what_is_not_running_cannot_be_renewed(world: World) -> None:
    assert reason(world, GrantId("nothing")) is Reason.NOT_FOUND
    assert reason(world, world.granted()) is Reason.NOT_RUNNING
    given_back, _ = world.live()
    world.give_back(given_back)
    assert reason(world, given_back) is Reason.GRANT_OVER


def test_past_its_lease_it_is_over_also_before_the_sweep(world: World) -> None:
    grant, _ = world.live()
    asked = ask(world, grant)
    world.clock.advance(days=7)
    assert reason(world, grant) is Reason.GRANT_OVER
    with pytest.raises(Refused) as refusal:
        world.approve(asked)
    assert refusal.value.reason is Reason.ALREADY_DECIDED
    assert refusal.value.facts["state"] is RequestState.LAPSED


def test_longer_than_the_catalog_allows_shorter_than_it_runs_and_without_a_why(world: World) -> None:
    grant, _ = world.live()
    assert reason(world, grant, "31d") is Reason.TOO_LONG
    assert reason(world, grant, "7d") is Reason.NOT_LONGER
    assert reason(world, grant, "8h") is Reason.NOT_LONGER
    assert reason(world, grant, why="  ") is Reason.NO_JUSTIFICATION


def test_what_the_catalog_offers_no_more_is_not_renewed(world: World) -> None:
    grant, _ = world.live()
    offered = dict(world.catalog.entitlements)
    row = offered.pop(world.grant(grant).entitlement)
    world.catalog = replace(world.catalog, entitlements=offered)
    assert reason(world, grant) is Reason.ENTITLEMENT_GONE
    world.catalog = replace(world.catalog, entitlements={**offered, row.id: replace(row, requesters=(BOB,))})
    assert reason(world, grant) is Reason.NOT_REQUESTABLE


# --- deciding ----------------------------------------------------------------------------------------------------


def test_the_owner_never_approves_their_own(world: World) -> None:
    asked = world.ask(by=BOB)
    world.people.people[DAVE] = replace(world.people.people[DAVE], full_member=True)
    world.approve(asked, DAVE)
    with world.work.begin() as tx:
        grant = tx.grants.of_request(asked)
    assert grant is not None
    world.mint(world.collect(grant.id, BOB).id)
    world.reveal()
    renewal = ask(world, grant.id, by=BOB)
    with pytest.raises(Refused) as refusal:
        world.approve(renewal, BOB)
    assert refusal.value.reason is Reason.OWN_REQUEST
    world.approve(renewal, DAVE)
    assert carry_out(world) == 1


def test_approved_it_runs_its_time_from_now_in_aws_and_in_the_ledger(world: World) -> None:
    grant, _ = world.live()
    before = lease(world, grant)
    world.clock.advance(days=2)
    asked = approved(world, grant, "30d")
    until = world.clock.now() + 30 * DAY
    assert (lease(world, grant), world.grant(grant).renew_until) == (before, until)
    world.clock.advance(seconds=1)
    assert carry_out(world) == 1
    assert lease(world, grant) == in_aws(world, grant) == until
    found = world.grant(grant)
    assert (found.renew_until, found.renew_request, found.renew_try_at) == (None, None, None)
    assert tags(world, grant)[-3:] == ["grant:renewing", "grant:lease-set", "grant:renewed"]
    assert ("request:outcome", ALICE) in world.items()
    assert state_of(world, asked) is RequestState.APPROVED
    assert carry_out(world) == 0


def test_two_approvals_are_needed_where_the_entitlement_wants_two(world: World) -> None:
    world.people.people[DAVE] = replace(world.people.people[DAVE], full_member=True)
    first = world.ask("reports-two")
    world.approve(first, BOB)
    world.approve(first, DAVE)
    with world.work.begin() as tx:
        grant = tx.grants.of_request(first)
    assert grant is not None
    world.mint(world.collect(grant.id).id)
    world.reveal()
    asked = ask(world, grant.id)
    world.approve(asked, BOB)
    assert carry_out(world) == 0
    world.approve(asked, DAVE)
    assert carry_out(world) == 1


@pytest.mark.parametrize("order", [("30d", "14d"), ("14d", "30d")])
@pytest.mark.parametrize("between", [True, False])
def test_renewals_that_overlap_never_shorten_one_another(world: World, order: tuple[str, ...], between: bool) -> None:
    grant, _ = world.live()
    first = ask(world, grant, order[0])
    forget_limits(world.work._engine)  # type: ignore[attr-defined]
    for each in (first, ask(world, grant, order[1])):
        world.approve(each)
        if between:
            carry_out(world)
    carry_out(world)
    assert lease(world, grant) == in_aws(world, grant) == world.clock.now() + 30 * DAY
    assert len(why(world, grant)) == (0 if between and order[0] == "14d" else 1)


def test_a_decline_changes_nothing(world: World) -> None:
    grant, _ = world.live()
    before, asked = lease(world, grant), ask(world, grant)
    decide.decline(world.context, request=asked, by=BOB, justification="no", delivery=None)
    assert carry_out(world) == 0
    assert lease(world, grant) == before


def test_a_request_can_be_taken_back(world: World) -> None:
    grant, _ = world.live()
    cancel(world.context, request=ask(world, grant), by=ALICE, delivery=None)
    assert carry_out(world) == 0


def test_whatever_ends_the_grant_closes_what_waits_for_its_approvers(world: World) -> None:
    for end in ("give back", "revoke", "expire"):
        grant, _ = world.live()
        asked = ask(world, grant)
        if end == "give back":
            world.give_back(grant)
        elif end == "revoke":
            revoke.revoke(world.context, grant=grant, by=BOB, justification="over", delivery=None)  # fmt: skip
        else:
            world.clock.advance(days=7)
            world.sweep()
        assert state_of(world, asked) is RequestState.LAPSED
        with pytest.raises(Refused):
            world.approve(asked)
        world.sweep()
    assert world.iam.users == {}


# --- after it ----------------------------------------------------------------------------------------------------


def test_a_renewed_lease_is_rotated_and_ends_on_its_new_day(world: World) -> None:
    grant, old = world.live()
    world.clock.advance(days=6)
    until = renewed(world, grant)
    world.clock.advance(days=5)
    world.sweep()
    assert world.grant(grant).state is GrantState.ACTIVE
    new = world.rotated(grant)
    assert {world.key(old), world.key(new)} == set(world.iam.all_keys())
    assert in_aws(world, grant) == until
    world.clock.advance(until - world.clock.now())
    world.sweep()
    assert world.grant(grant).state is GrantState.EXPIRED
    assert world.iam.users == {}


def test_a_session_only_has_its_lease_moved(world: World) -> None:
    grant, _ = world.live("reports-session", "8h")
    calls = len(world.iam.calls)
    world.clock.advance(hours=7)
    until = renewed(world, grant, "8h")
    assert until == world.clock.now() + 8 * HOUR
    assert len(world.iam.calls) == calls
    world.clock.advance(hours=2)
    world.mint(world.collect(grant).id)
    assert world.open(world.reveal())["session_token"]


def test_a_shorter_longest_time_in_the_catalog_is_said_at_the_approval(world: World) -> None:
    grant, _ = world.live()
    asked = ask(world, grant)
    world.catalog = catalog(entitlement("reports-read", max_duration=14 * DAY))
    with pytest.raises(Refused) as refusal:
        world.approve(asked)
    assert refusal.value.reason is Reason.TOO_LONG
    assert state_of(world, asked) is RequestState.REQUESTED


def test_everyone_who_saw_it_is_shown_what_came_of_it(world: World) -> None:
    grant, _ = world.live()
    with world.work.begin() as tx:
        for each in tx.outbox.due(world.clock.now(), 100):
            tx.outbox.mark_delivered(each.id, 99, world.clock.now())
    asked = approved(world, grant)
    carry_out(world)
    with world.work.begin() as tx:
        shown = {(each.notice, each.subject) for each in tx.outbox.due(world.clock.now(), 100)}
    assert shown >= {(Notice.APPROVAL, asked), (Notice.RECEIPT, asked), (Notice.OUTCOME, asked)}
