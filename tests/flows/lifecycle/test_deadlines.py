"""Between the end of a lease and its sweep, and between collect_by and its sweep: it already counts as ended."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from bot.domain.errors import Reason, Refused
from bot.domain.ids import CredentialId, GrantId
from bot.domain.lifecycle import CredentialState as C
from bot.domain.lifecycle import GrantState, RequestState
from bot.flows import queries
from bot.flows.issuing.reveal import Dead
from bot.flows.leaks import disown
from bot.flows.lifecycle import expiry_notices, revoke
from bot.flows.requests import ask
from tests.fakes import ALICE, BOB, START
from tests.flows.catalog import catalog, entitlement
from tests.flows.world import World

Press = Callable[[World, GrantId, CredentialId], object]


def do_revoke(world: World, grant: GrantId, by: object = BOB) -> object:
    return revoke.revoke(world.context, grant=grant, by=by, justification="over", delivery=None)  # fmt: skip


PRESSES: dict[str, Press] = {
    "collect": lambda world, grant, _: world.collect(grant),
    "rotate": lambda world, grant, _: world.rotate(grant),
    "give back": lambda world, grant, _: world.give_back(grant),
    "revoke": lambda world, grant, _: do_revoke(world, grant),
    "retire": lambda world, _, key: world.retire(key),
    "reactivate": lambda world, _, key: world.reactivate(key),
    "wait": lambda world, _, key: world.wait(key),
    "yes": lambda world, _, key: world.confirm(key),
    "no": lambda world, _, key: world.replace(key),
}


@pytest.mark.parametrize("press", PRESSES)
def test_every_press_on_an_expired_grant_is_answered_before_the_sweep(world: World, press: str) -> None:
    grant, credential = world.live()
    world.clock.advance(days=7)
    with pytest.raises(Refused) as refusal:
        PRESSES[press](world, grant, credential)
    assert refusal.value.reason is Reason.GRANT_OVER
    assert refusal.value.facts["state"] is GrantState.EXPIRED
    assert world.grant(grant).state is GrantState.ACTIVE
    world.sweep()
    assert world.grant(grant).state is GrantState.EXPIRED
    assert world.iam.users == {}


@pytest.mark.parametrize("press", ["collect", "give back", "revoke"])
def test_every_press_on_a_grant_past_collect_by_is_answered_before_the_sweep(world: World, press: str) -> None:
    grant = world.granted()
    world.clock.advance(hours=72)
    with pytest.raises(Refused) as refusal:
        PRESSES[press](world, grant, CredentialId(""))
    assert refusal.value.facts["state"] is GrantState.LAPSED


def test_a_collect_that_began_in_time_can_still_be_stopped(world: World) -> None:
    grant = world.granted()
    world.clock.advance(timedelta(hours=72) - timedelta(seconds=1))
    world.mint(world.collect(grant).id)
    world.clock.advance(seconds=2)
    do_revoke(world, grant)
    assert isinstance(world.reveal(), Dead)
    world.reconcile()
    assert world.iam.users == {}


def test_this_was_not_me_notifies_also_after_the_grant_ended(world: World) -> None:
    """The link was stolen, and the owner sees it the day after: approvers and admins are notified anyway."""
    grant, credential = world.live()
    world.give_back(grant)
    world.sweep()
    for _ in range(2):
        disown.disown(world.context, credential=credential, by=ALICE, delivery=None)
    assert [to for notice, to in world.items() if notice == "credential:disowned"] == ["C01OPS", BOB]
    assert [notice for notice, _ in world.items()].count("grant:ended") == 1


def test_this_was_not_me_waits_for_no_user_group(world: World) -> None:
    from dataclasses import replace

    group = replace(world.catalog.approvers["platform"], channel=None)
    world.catalog = replace(world.catalog, approvers={"platform": group})
    grant, credential = world.live()
    world.people.readable = False
    disown.disown(world.context, credential=credential, by=ALICE, delivery=None)
    assert world.grant(grant).state is GrantState.REVOKED
    assert BOB in [to for notice, to in world.items() if notice == "credential:disowned"]


def test_a_link_past_the_lease_hands_nothing_out(world: World) -> None:
    """A lease of five minutes ends before its envelope does."""
    short = entitlement("reports-short", max_duration=timedelta(minutes=5))
    world.catalog = catalog(short)
    asked = ask.ask(
        world.context,
        entitlement=short.id,
        duration=short.max_duration,
        justification="a look",
        by=ALICE,
        delivery=None,
    )
    world.approve(asked.id)
    with world.work.begin() as tx:
        grant = tx.grants.of_request(asked.id)
    assert grant is not None
    credential = world.collect(grant.id).id
    world.mint(credential)
    world.clock.advance(minutes=5)
    assert isinstance(world.reveal(), Dead)
    assert world.credential(credential).state is C.DISCARDED


def test_a_request_past_its_time_is_in_no_list_and_cannot_be_taken_back(world: World) -> None:
    asked = world.ask()
    world.clock.advance(hours=72)
    now = world.clock.now()
    assert queries.requests_of(world.work, party=ALICE, now=now) == ()
    assert queries.pending(world.context, by=BOB, now=now) == ()
    assert queries.pending(world.context, by=BOB, now=START)
    with pytest.raises(Refused) as refusal:
        ask.cancel(world.context, request=asked, by=ALICE, delivery=None)
    assert refusal.value.facts["state"] is RequestState.LAPSED


# --- the two notices of an end -----------------------------------------------------------------------------------


def told(world: World, notice: str) -> int:
    return [each for each, _ in world.items()].count(notice)


def test_a_worker_that_slept_over_the_end_says_only_that_it_ended(world: World) -> None:
    world.live()
    world.clock.advance(days=7)
    expiry_notices.announce(world.context)
    world.sweep()
    assert (told(world, "grant:ending"), told(world, "grant:ended")) == (0, 1)


def test_a_lease_of_hours_ends_without_an_earlier_notice(world: World) -> None:
    world.live("reports-session", "8h")
    world.clock.advance(hours=7)
    world.sweep()
    world.clock.advance(hours=1)
    world.sweep()
    assert (told(world, "grant:ending"), told(world, "grant:ended")) == (0, 1)


def test_a_worker_that_was_down_for_two_hours_catches_up_in_one_round(world: World) -> None:
    sealed, unclaimed = world.granted(), world.granted()
    world.mint(world.collect(sealed).id)
    world.collect(unclaimed)
    ending, _ = world.live("reports-session", "8h")
    world.clock.advance(hours=8)
    world.worker = "w2"
    world.beat()
    world.sweep()
    states = [world.grant(each).state for each in (sealed, unclaimed, ending)]
    assert states == [GrantState.APPROVED, GrantState.APPROVED, GrantState.EXPIRED]
    assert world.iam.all_keys() == {}
    assert told(world, "credential:again") == 2
    world.mint(world.collect(sealed).id)
    assert world.open(world.reveal())["access_key_id"] in world.iam.all_keys()
