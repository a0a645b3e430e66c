"""Outages: a worker down for two hours or nine days, a clock that was set, Slack silent for an hour.

Afterwards one round of sweeps does what is due now, once; missed intervals aren't repeated.
"""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.domain.ids import GrantId
from bot.domain.lifecycle import CredentialState as C
from bot.domain.lifecycle import GrantState as G
from bot.domain.lifecycle import RequestState as R
from bot.domain.usage.last_used import LastUsed
from tests.fakes import ALICE, Crash
from tests.flows import renewals
from tests.flows.world import World

TWO_HOURS, NINE_DAYS = timedelta(hours=2), timedelta(days=9)
SET_BACK = timedelta(minutes=-20)


def after(world: World, away: timedelta) -> None:
    """Another worker, and two rounds: what the first unlocks, the second does."""
    world.clock.advance(away)
    world.worker = "w2"
    world.beat()
    world.sweep()
    world.clock.advance(seconds=16)
    world.sweep()


def request_state(world: World, request: object) -> R:
    with world.work.begin() as tx:
        found = tx.requests.get(request)  # type: ignore[arg-type]
    assert found is not None
    return found.state


@pytest.mark.parametrize(("away", "state"), [(TWO_HOURS, R.REQUESTED), (NINE_DAYS, R.LAPSED), (SET_BACK, R.REQUESTED)])
def test_a_request(world: World, away: timedelta, state: R) -> None:
    asked = world.ask()
    after(world, away)
    assert request_state(world, asked) is state


@pytest.mark.parametrize(("away", "state"), [(TWO_HOURS, G.APPROVED), (NINE_DAYS, G.LAPSED), (SET_BACK, G.APPROVED)])
def test_an_approved_grant(world: World, away: timedelta, state: G) -> None:
    grant = world.granted()
    after(world, away)
    assert world.grant(grant).state is state
    assert world.iam.users == {}


def unclaimed(world: World, grant: GrantId) -> None:
    world.collect(grant)


def cut_off(world: World, grant: GrantId) -> None:
    """It died after AWS created the key and before it was sealed."""
    credential = world.collect(grant).id
    world.iam.fail_at("create_key", Crash("after the key"), after=True)
    with pytest.raises(Crash):
        world.mint(credential)
    assert len(world.iam.all_keys()) == 1


def sealed(world: World, grant: GrantId) -> None:
    world.mint(world.collect(grant).id)


@pytest.mark.parametrize("away", [TWO_HOURS, timedelta(hours=70)])
@pytest.mark.parametrize("begun", [unclaimed, cut_off, sealed])
def test_a_collect_that_was_begun_costs_one_press(
    world: World, begun: Callable[[World, GrantId], None], away: timedelta
) -> None:
    grant = world.granted()
    begun(world, grant)
    after(world, away)
    world.clock.advance(hours=1)
    world.sweep()
    assert world.iam.all_keys() == {}, "nobody has it, so it is gone"
    world.mint(world.collect(grant).id)
    world.reveal()
    assert world.receipt()
    assert world.grant(grant).state is G.ACTIVE


def test_nine_days_end_what_was_begun_and_never_collected(world: World) -> None:
    grant = world.granted()
    sealed(world, grant)
    after(world, NINE_DAYS)
    assert world.grant(grant).state is G.LAPSED
    assert world.iam.users == {}


@pytest.mark.parametrize(("duration", "away"), [("1h", TWO_HOURS), ("7d", NINE_DAYS)])
def test_a_lease_that_ended_meanwhile_is_torn_down_by_the_first_round(
    world: World, duration: str, away: timedelta
) -> None:
    grant, _ = world.live(duration=duration)
    world.clock.advance(away)
    world.beat()
    world.sweep()
    assert world.grant(grant).state is G.EXPIRED
    assert world.iam.users == {}


def test_a_lease_that_runs_on_is_left_alone_and_reminded_of_once(world: World) -> None:
    grant, key = world.live(duration="14d")
    after(world, NINE_DAYS)
    assert (world.grant(grant).state, world.credential(key).state) == (G.ACTIVE, C.LIVE)
    told = [each for each in world.items() if each[0] == "grant:ending"]
    assert told == [("grant:ending", ALICE)], "of 14 and 7 days only the nearer"


@pytest.mark.parametrize("used", [True, False])
def test_an_overlap_that_ended_meanwhile(world: World, used: bool) -> None:
    """A key in use stays, however late the sweep is; others are deactivated, and their undo period begins then."""
    grant, old = world.live(duration="30d")
    world.clock.advance(seconds=1)
    world.rotated(grant)
    world.sweep()
    world.clock.advance(NINE_DAYS)
    if used:
        world.iam.uses[world.key(old)] = LastUsed(world.clock.now(), "s3", "eu-central-1")
    after(world, timedelta(0))
    row = world.credential(old)
    assert row.state is (C.LIVE if used else C.RETIRING)
    assert used or (row.delete_at is not None and row.delete_at > world.clock.now() + timedelta(days=6))


@pytest.mark.parametrize(("away", "longer"), [(TWO_HOURS, True), (NINE_DAYS, False)])
def test_a_renewal_that_was_approved_before(world: World, away: timedelta, longer: bool) -> None:
    """Within the lease it is carried out late; a lease that ended meanwhile stays ended."""
    grant, _ = world.live()
    renewals.approved(world, grant)
    after(world, away)
    assert (world.grant(grant).state is G.ACTIVE) == longer
    if longer:
        assert renewals.in_aws(world, grant) == renewals.lease(world, grant) > world.clock.now() + timedelta(days=29)
    else:
        assert world.iam.users == {}


def test_a_clock_set_back_loses_and_repeats_nothing(world: World) -> None:
    grant, key = world.live()
    until = renewals.lease(world, grant)
    shown = len(world.notifier.links)
    after(world, SET_BACK)
    assert renewals.lease(world, grant) == until
    assert world.credential(key).state is C.LIVE
    assert set(world.iam.all_keys()) == world.ledger_keys()
    assert len(world.notifier.links) == shown


def test_a_clock_that_was_set_back_opens_no_ended_lease_again(world: World) -> None:
    grant, _ = world.live(duration="1h")
    after(world, timedelta(hours=1))
    world.clock.advance(SET_BACK)
    world.sweep()
    assert world.grant(grant).state is G.EXPIRED
    assert world.iam.users == {}


def test_an_hour_without_slack_stops_no_clock(world: World) -> None:
    """No one can be looked up and nothing is sent; leases end, and messages wait."""
    grant, _ = world.live(duration="1h")
    other, old = world.live(duration="7d")
    world.people.readable, world.notifier.dead = False, True
    after(world, timedelta(hours=1))
    assert world.grant(grant).state is G.EXPIRED
    assert (world.grant(other).state, world.credential(old).state) == (G.ACTIVE, C.LIVE)
    assert ("grant:ended", ALICE) in world.items()
    assert len(world.iam.users) == 1
