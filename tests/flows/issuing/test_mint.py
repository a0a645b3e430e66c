"""The worker's part of collect: one key, one link, and its behavior when AWS, Slack or the process fails."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.domain.errors import AwsRefused, TwoKeys
from bot.domain.lifecycle import CredentialState as C
from bot.domain.lifecycle import GrantState, RequestState
from bot.domain.schedule import CLOCK_SKEW
from bot.flows.issuing import pause, recover
from bot.flows.issuing.reveal import Opened
from bot.flows.lifecycle import deadlines
from bot.store import tables
from tests.fakes import ALICE, BOB, START
from tests.flows.world import World


def test_a_closed_window_discards_the_key_at_once(world: World) -> None:
    grant = world.granted()
    world.notifier.closed.add("V1")
    credential = world.collect(grant).id
    world.mint(credential)
    assert world.credential(credential).state is C.DISCARDED
    assert world.iam.all_keys() == {}
    assert ("credential:again", ALICE) in world.items()
    assert world.grant(grant).lease_until is None


@pytest.mark.parametrize("error", [AwsRefused("CreateAccessKey", "AccessDenied"), TwoKeys("CreateAccessKey", "L")])
def test_what_aws_refuses_is_reported_and_can_be_tried_again(world: World, error: Exception) -> None:
    grant = world.granted()
    world.iam.fail_at("create_key", error)
    first = world.collect(grant).id
    world.mint(first)
    assert world.credential(first).state is C.FAILED
    assert ("credential:window", "V1") in world.items()
    world.mint(world.collect(grant).id)
    assert world.open(world.reveal())["access_key_id"] in world.iam.all_keys()


def test_a_grant_that_ends_during_the_mint_leaves_no_key(world: World) -> None:
    grant = world.granted()
    credential = world.collect(grant).id
    before = world.iam.create_key

    def create_then_revoke(*args: object, **words: object) -> object:
        made = before(*args, **words)  # type: ignore[arg-type]
        world.give_back(grant)
        return made

    world.iam.create_key = create_then_revoke  # type: ignore[method-assign,assignment]
    world.mint(credential)
    assert world.notifier.links == []
    world.reconcile()
    assert world.iam.all_keys() == {}


@pytest.mark.parametrize("what", ["reports-read", "reports-session"])
def test_what_breaks_in_the_middle_lets_the_intent_go_at_once(world: World, what: str) -> None:
    """This worker's heartbeat continues, so otherwise the intent would stay claimed for five minutes."""
    grant = world.granted(what, "8h")
    credential = world.collect(grant).id
    before = world.entropy.bytes

    def broken(size: int) -> bytes:
        raise OSError("the entropy pool is gone")

    world.entropy.bytes = broken  # type: ignore[method-assign]
    with pytest.raises(OSError, match="entropy"):
        world.mint(credential)
    world.entropy.bytes = before  # type: ignore[method-assign]
    assert world.credential(credential).state is C.DISCARDED
    assert ("credential:again", ALICE) in world.items()
    world.reconcile()
    assert world.iam.all_keys() == {}
    world.mint(world.collect(grant).id)
    assert world.open(world.reveal())["secret_access_key"]


def test_a_window_that_raises_is_a_window_that_did_not_show_the_link(world: World) -> None:
    grant = world.granted()
    credential = world.collect(grant).id

    def broken(*_: object) -> bool:
        raise OSError("no route to Slack")

    world.notifier.show_link = broken  # type: ignore[method-assign,assignment]
    with pytest.raises(OSError, match="no route"):
        world.mint(credential)
    assert world.credential(credential).state is C.DISCARDED
    world.reconcile()
    assert world.iam.all_keys() == {}


def test_an_intent_given_up_between_the_key_and_the_seal_hands_nothing_out(world: World) -> None:
    """The sweep of orphans was first: no envelope for a key that is being deleted."""
    grant = world.granted()
    credential = world.collect(grant).id
    before = world.iam.create_key

    def create_and_be_given_up(*args: object, **words: object) -> object:
        made = before(*args, **words)  # type: ignore[arg-type]
        world.clock.advance(minutes=6)
        recover.abandoned(world.context)
        return made

    world.iam.create_key = create_and_be_given_up  # type: ignore[method-assign,assignment]
    world.mint(credential)
    assert world.notifier.links == []
    assert world.credential(credential).state is C.FAILED
    assert world.credential(credential).access_key_id
    world.pass_time(15)
    assert world.iam.all_keys() == {}


def test_a_collect_that_began_in_time_may_end_past_collect_by(world: World) -> None:
    grant = world.granted()
    world.clock.advance(timedelta(hours=72) - timedelta(seconds=1))
    credential = world.collect(grant).id
    world.clock.advance(seconds=5)
    assert deadlines.lapse_grants(world.context) == 0
    world.mint(credential)
    world.clock.advance(minutes=5)
    assert deadlines.lapse_grants(world.context) == 0
    assert isinstance(world.reveal(), Opened)
    assert world.grant(grant).state is GrantState.ACTIVE


def test_one_that_failed_past_collect_by_is_not_asked_to_press_again(world: World) -> None:
    grant = world.granted()
    world.clock.advance(timedelta(hours=72) - timedelta(seconds=1))
    world.iam.fail_at("create_key", AwsRefused("CreateAccessKey", "AccessDenied"))
    credential = world.collect(grant).id
    world.clock.advance(seconds=5)
    world.mint(credential)
    assert "credential:again" not in [notice for notice, _ in world.items()]
    world.sweep()
    assert world.grant(grant).state is GrantState.LAPSED
    assert ("grant:ended", ALICE) in world.items()


@pytest.mark.parametrize("stretch", ["longer", "another-entitlement", "another-account", "not-approved"])
def test_the_worker_makes_no_more_than_its_own_catalog_says(world: World, stretch: str) -> None:
    """An attacker who can write to the database, or to the web host's catalog, gets no further."""
    grant = world.granted()
    credential = world.collect(grant).id
    longer = START + timedelta(days=31)
    columns = {
        "longer": (tables.grants, {"lease_until": longer}),
        "another-entitlement": (tables.grants, {"entitlement": "reports-bob"}),
        "another-account": (tables.grants, {"account": "other"}),
        "not-approved": (tables.request, {"state": RequestState.CANCELLED}),
    }
    table, values = columns[stretch]
    with world.work._engine.begin() as connection:  # type: ignore[attr-defined]
        connection.execute(update(table).values(**values))
    world.mint(credential)
    assert world.credential(credential).state is C.FAILED
    assert world.iam.calls == []


def test_issuing_paused_after_the_click_makes_nothing(world: World) -> None:
    credential = world.collect(world.granted()).id
    pause.pause(world.context, by=BOB, delivery=None)
    world.mint(credential)
    assert (world.credential(credential).state, world.credential(credential).why) == (C.FAILED, "paused")
    assert world.iam.calls == []


@pytest.mark.parametrize(
    ("ahead", "state"),
    [
        (timedelta(seconds=0.5), C.SEALED),
        (CLOCK_SKEW, C.SEALED),
        (CLOCK_SKEW + timedelta(milliseconds=1), C.FAILED),
        (-CLOCK_SKEW, C.SEALED),
    ],
)
@pytest.mark.parametrize(("what", "longest"), [("reports-read", "30d"), ("reports-session", "8h")])
def test_the_longest_lease_is_minted_although_the_web_process_has_another_clock(
    world: World, ahead: timedelta, state: C, what: str, longest: str
) -> None:
    grant = world.granted(what, longest)
    world.clock.advance(ahead)
    credential = world.collect(grant).id
    world.clock.advance(-ahead)
    world.mint(credential)
    assert world.credential(credential).state is state
