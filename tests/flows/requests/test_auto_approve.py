"""Rules of the catalog that approve: in the request's own transaction, within their quota, and proven at the mint."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.domain.errors import Reason, Refused
from bot.domain.ids import EntitlementId, RequestId
from bot.domain.lifecycle import GrantState, RequestState
from bot.domain.requests.auto_approve import AutoApprove, Hours, Quota
from bot.domain.requests.request import Request
from bot.flows.requests import ask
from tests.fakes import ALICE, CAROL, FakeClock
from tests.flows.test_races import both_at_once
from tests.flows.world import World

READ, TWO = EntitlementId("reports-read"), EntitlementId("reports-two")
DAY = timedelta(days=1)


def ruled(world: World, *rules: AutoApprove) -> World:
    world.catalog = replace(world.catalog, auto_approve=rules or (AutoApprove(1, (READ, TWO)),))
    return world


def request(world: World, of: RequestId) -> Request:
    with world.work.begin() as tx:
        found = tx.requests.get(of)
    assert found is not None
    return found


def test_a_rule_approves_at_once_and_stands_for_all_approvals(world: World) -> None:
    asked = ruled(world).ask("reports-two")
    found = request(world, asked)
    assert (found.state, found.rule) == (RequestState.APPROVED, 1)
    with world.work.begin() as tx:
        grant = tx.grants.of_request(asked)
        actors = {each.tag.value: each.actor for each in tx.audit.of(asked)}
        assert grant is not None
        assert [each.actor for each in tx.audit.of(grant.id)] == ["rule:1"]
    assert actors == {"request:made": ALICE, "request:approved": "rule:1"}
    assert (grant.state, grant.owner, grant.duration) == (GrantState.APPROVED, ALICE, 7 * DAY)
    assert {("grant:owner", ALICE), ("request:approval", "C01OPS"), ("request:receipt", ALICE)} == set(world.items())


def test_the_first_rule_that_allows_it_approves(world: World) -> None:
    ruled(world, AutoApprove(1, (READ,), max_duration=DAY), AutoApprove(2, (READ,)))
    assert request(world, world.ask()).rule == 2


@pytest.mark.parametrize(
    "rule",
    [
        AutoApprove(1, (TWO,)),
        AutoApprove(1, (READ,), people=(CAROL,)),
        AutoApprove(1, (READ,), usergroups=("S0OTHER",)),
        AutoApprove(1, (READ,), max_duration=DAY),
        AutoApprove(1, (READ,), hours=Hours(frozenset(), time(8), time(9))),
    ],
)
def test_what_a_rule_doesnt_allow_is_an_ordinary_request(world: World, rule: AutoApprove) -> None:
    asked = ruled(world, rule).ask()
    assert request(world, asked).state is RequestState.REQUESTED
    world.approve(asked)
    assert (request(world, asked).state, request(world, asked).rule) == (RequestState.APPROVED, None)


def test_a_user_group_may_be_named(world: World) -> None:
    world.people.usergroups["S0OTHER"] = frozenset({ALICE})
    assert request(world, ruled(world, AutoApprove(1, (READ,), usergroups=("S0OTHER",))).ask()).rule == 1


def test_the_quota_is_a_sliding_window_of_one_requester(world: World) -> None:
    ruled(world, AutoApprove(1, (READ, TWO), quota=Quota(2, 7 * DAY)))
    assert [request(world, world.ask()).rule for _ in range(2)] == [1, 1]
    ordinary = world.ask()
    assert request(world, ordinary).rule is None
    world.approve(ordinary)
    assert request(world, world.ask("reports-two", by=CAROL)).rule == 1
    world.clock.advance(7 * DAY - timedelta(seconds=1))
    waiting = world.ask()
    assert request(world, waiting).rule is None
    world.approve(waiting)
    world.clock.advance(seconds=1)
    assert [request(world, world.ask(each)).rule for each in ("reports-read", "reports-two", "reports-read")] == [
        1,
        1,
        None,
    ]


def test_hours_are_those_of_the_time_zone(world: World) -> None:
    rule = AutoApprove(1, (READ,), hours=Hours(frozenset(range(5)), time(8), time(19)), time_zone="Europe/Berlin")
    ruled(world, rule)
    world.clock = FakeClock(datetime(2026, 3, 30, 6, tzinfo=UTC))  # Monday 08:00, in summer time since yesterday
    assert request(world, world.ask()).rule == 1
    world.clock = FakeClock(datetime(2026, 3, 30, 17, tzinfo=UTC))
    assert request(world, world.ask()).rule is None


def test_of_two_requests_at_once_a_quota_of_one_approves_one(both: World) -> None:
    """Each is for another entitlement, so that nothing but the quota stops the second one."""
    ruled(both, AutoApprove(1, (READ, TWO), quota=Quota(1, DAY)))
    for _ in range(6):
        got = both_at_once(lambda: both.ask("reports-read"), lambda: both.ask("reports-two"))
        assert sorted(request(both, each).rule or 0 for each in got) == [0, 1]
        (waiting,) = (each for each in got if request(both, each).state is RequestState.REQUESTED)
        ask.cancel(both.context, request=waiting, by=ALICE, delivery=None)
        both.clock.advance(2 * DAY)


def test_a_full_account_refuses_the_request_in_words(world: World) -> None:
    with world.work.begin() as tx:
        tx.set_flag("room/main", "5000/5000")
    with pytest.raises(Refused) as refused:
        ruled(world).ask()
    assert refused.value.reason is Reason.ACCOUNT_FULL
    with world.work.begin() as tx:
        assert tx.requests.open_of(ALICE) == ()
