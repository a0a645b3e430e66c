"""The worker's part of a renewal: refusals, lost answers, kills at every step, two workers, a concurrent mint."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.domain.errors import AwsRefused, BoundaryDiffers, Throttled
from bot.domain.events import Notice
from bot.domain.lifecycle import GrantState
from bot.flows.lifecycle import deadlines, renew_apply
from tests.fakes import ALICE, BOB, Crash, FakeClock
from tests.flows.crash_points import Fuse, fused
from tests.flows.renewals import approved, ask, ask_beside, carry_out, in_aws, lease, tags, why
from tests.flows.test_races import MILLISECOND, ROUNDS, both_at_once
from tests.flows.world import World
from tests.store.racing import race

DAY = timedelta(days=1)


def told(world: World, notice: Notice) -> list[str]:
    return [to for each, to in world.items() if each == notice.value]


# --- AWS refuses, or doesn't answer ------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [AwsRefused("TagUser", "AccessDenied"), BoundaryDiffers("GetPolicy", "Differs")])
def test_where_aws_refuses_the_ledgers_date_stands_and_the_owner_learns_why(world: World, error: AwsRefused) -> None:
    grant, _ = world.live()
    before = lease(world, grant)
    approved(world, grant)
    world.iam.fail_at("extend", error)
    assert carry_out(world) == 0
    assert lease(world, grant) == before
    assert why(world, grant) == [f"aws:{error.code}"]
    assert told(world, Notice.OUTCOME) == [ALICE]
    carry_out(world)
    assert in_aws(world, grant) == before
    assert world.grant(grant).renew_until is None


def test_a_refusal_after_a_lost_answer_brings_aws_back_to_the_ledgers_date(world: World) -> None:
    grant, _ = world.live()
    before = lease(world, grant)
    approved(world, grant)
    world.iam.fail_at("extend", Throttled("PutUserPolicy", ""), after=True)
    carry_out(world)
    assert in_aws(world, grant) != before
    world.clock.advance(seconds=15)
    world.iam.fail_at("extend", AwsRefused("GetUser", "AccessDenied"))
    carry_out(world)
    assert lease(world, grant) == before
    world.iam.fail_at("extend", AwsRefused("GetUser", "AccessDenied"))
    carry_out(world)
    world.clock.advance(minutes=5)
    carry_out(world)
    assert in_aws(world, grant) == before
    assert world.grant(grant).renew_until is None
    assert told(world, Notice.OUTCOME) == [ALICE]


def test_a_lost_answer_is_retried_without_a_notice(world: World) -> None:
    grant, _ = world.live()
    approved(world, grant)
    world.iam.fail_at("extend", Throttled("PutUserPolicy", "Throttling"))
    assert carry_out(world) == 0
    assert carry_out(world) == 0
    assert told(world, Notice.OUTCOME) == []
    world.clock.advance(seconds=15)
    assert carry_out(world) == 1


def test_a_user_that_is_gone_is_not_made_anew(world: World) -> None:
    grant, _ = world.live()
    approved(world, grant)
    world.iam.users.clear()
    carry_out(world)
    carry_out(world)
    assert world.iam.users == {}
    assert why(world, grant) == ["aws:NoSuchEntity"]
    assert world.grant(grant).renew_until is None


def test_the_worker_evaluates_the_decisions_once_more(world: World) -> None:
    grant, _ = world.live()
    before = lease(world, grant)
    asked = ask(world, grant)
    with world.work.begin() as tx:
        tx.grants.set_renewal(grant, before + 20 * DAY, asked)  # a forged intent
    carry_out(world)
    assert (why(world, grant), lease(world, grant)) == (["not-approver"], before)
    assert world.iam.count("extend") == 0


def test_a_forged_date_reaches_no_further_than_the_catalogs_longest(world: World) -> None:
    grant, _ = world.live()
    asked = approved(world, grant)
    with world.work.begin() as tx:
        tx.grants.set_renewal(grant, world.clock.now() + 900 * DAY, asked)
    carry_out(world)
    assert lease(world, grant) == in_aws(world, grant) == world.clock.now() + 30 * DAY


def test_an_approver_who_left_and_an_owner_who_left(world: World) -> None:
    grant, _ = world.live()
    approved(world, grant)
    group = replace(world.catalog.approvers["platform"], users=(), usergroups=())
    world.catalog = replace(world.catalog, approvers={"platform": group})
    carry_out(world)
    assert why(world, grant) == ["not-approver"]


def test_a_slack_that_does_not_say_who_is_who_only_delays_it(world: World) -> None:
    grant, _ = world.live()
    approved(world, grant)
    world.people.readable = False
    assert carry_out(world) == 0
    world.people.readable = True
    world.clock.advance(seconds=15)
    assert carry_out(world) == 1


# --- the end of the lease ----------------------------------------------------------------------------------------


def test_a_lease_that_ends_before_the_worker_came_has_ended(world: World) -> None:
    grant, _ = world.live()
    world.clock.advance(days=6, hours=23)
    approved(world, grant)
    world.clock.advance(hours=1)
    assert carry_out(world) == 0
    world.sweep()
    assert world.grant(grant).state is GrantState.EXPIRED
    assert told(world, Notice.GRANT_ENDED) == [ALICE]
    assert world.grant(grant).renew_request is not None
    assert (world.iam.users, world.iam.count("extend")) == ({}, 0)


def test_a_lease_that_ends_while_aws_is_asked_has_ended(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    grant, _ = world.live()
    world.clock.advance(days=6, hours=23)
    approved(world, grant)
    real = world.iam.extend

    def slow(*args: Any, **words: Any) -> None:
        real(*args, **words)
        world.clock.advance(hours=1)

    monkeypatch.setattr(world.iam, "extend", slow)
    assert carry_out(world) == 0
    world.sweep()
    assert world.grant(grant).state is GrantState.EXPIRED
    assert world.iam.users == {}


# --- kills and races ---------------------------------------------------------------------------------------------


def test_a_kill_at_any_step_leaves_one_date_in_aws_and_ledger(world: World, copied: Callable[[World], World]) -> None:
    def play(world: World) -> None:
        approved(world, grant)
        carry_out(world)

    first, (grant, _) = world, world.live()
    before, longer = lease(first, grant), first.clock.now() + 30 * DAY
    with fused(counted := copied(first), fuse := Fuse()):
        play(counted)
    moved = set()
    assert fuse.steps > 15
    for step in range(fuse.steps):
        world = copied(first)
        with pytest.raises(Crash), fused(world, Fuse(step)):
            play(world)
        decided = "grant:renewing" in tags(world, grant)
        world.clock.advance(minutes=2)
        world.sweep()
        assert lease(world, grant) == in_aws(world, grant) == (longer if decided else before), f"step {step}"
        assert tags(world, grant).count("grant:renewed") == int(decided)
        assert world.grant(grant).renew_until is None
        moved.add(decided)
    assert moved == {True, False}


def test_two_approvals_at_once_keep_the_longer(both: World) -> None:
    for _ in range(ROUNDS // 2):
        grant, _ = both.live()
        one, other = ask(both, grant, "14d"), ask_beside(both, grant, "30d")
        got = both_at_once(lambda one=one: both.approve(one), lambda other=other: both.approve(other))
        assert not [each for each in got if isinstance(each, Exception)]
        carry_out(both)
        assert lease(both, grant) == in_aws(both, grant) == both.clock.now() + 30 * DAY
        both.give_back(grant)


def test_an_approval_and_the_end_of_the_grant_agree_on_who_was_first(both: World) -> None:
    for _ in range(ROUNDS // 2):
        grant, _ = both.live()
        asked = ask(both, grant)
        both_at_once(lambda asked=asked: both.approve(asked, BOB), lambda grant=grant: both.give_back(grant))
        both.sweep()
        assert both.grant(grant).state is GrantState.REVOKED
        with both.work.begin() as tx:
            found = tx.requests.get(asked)
        assert found is not None
        assert (found.state.value == "approved") is ("grant:renewing" in tags(both, grant))
        assert both.iam.users == {}


@pytest.mark.parametrize("off", [-MILLISECOND, 0 * MILLISECOND])
def test_a_renewal_at_the_last_moment_against_the_sweep_that_expires(both: World, off: timedelta) -> None:
    for _ in range(ROUNDS // 3):
        grant, _ = both.live()
        approved(both, grant)
        end = lease(both, grant)
        renewing, swept = FakeClock(end + off), FakeClock(end)
        moved, expired = both_at_once(
            lambda renewing=renewing: renew_apply.extend(replace(both.context, clock=renewing)),
            lambda swept=swept: deadlines.expire(replace(both.context, clock=swept)),
        )
        both.clock.advance(end - both.clock.now())
        assert moved + expired == 1
        assert both.grant(grant).state is (GrantState.ACTIVE if moved else GrantState.EXPIRED)
        assert (lease(both, grant) > end) is bool(moved)
        if moved:
            assert in_aws(both, grant) == lease(both, grant)
            both.give_back(grant)
        both.sweep()
        assert both.iam.users == {}


def test_two_workers_move_a_lease_once(both: World) -> None:
    for _ in range(ROUNDS // 2):
        grant, _ = both.live()
        approved(both, grant)
        calls = both.iam.count("extend")
        assert sum(race(2, lambda _: carry_out(both))) == 1
        assert both.iam.count("extend") == calls + 1
        assert tags(both, grant).count("grant:renewed") == 1
        both.give_back(grant)
