"""Collect and mint: the owner is present, one key, one link, and nothing is lost if something fails."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import Reason, Refused
from bot.domain.lifecycle import CredentialState as C
from bot.domain.lifecycle import GrantState
from bot.flows.issuing import collect, intent, pause
from bot.flows.lifecycle import deadlines
from tests.fakes import ALICE, BOB, CAROL, START
from tests.flows.world import World


def refused(world: World, grant: object, by: object = ALICE) -> Reason:
    with pytest.raises(Refused) as refusal:
        world.collect(grant, by)  # type: ignore[arg-type]
    return refusal.value.reason


def test_another_person_pressing_collect_gets_nothing(world: World) -> None:
    assert refused(world, world.granted(), CAROL) is Reason.NOT_OWNER
    assert world.iam.calls == []


def test_an_owner_made_guest_after_the_approval_is_refused(world: World) -> None:
    grant = world.granted()
    world.people.people[ALICE] = replace(world.people.people[ALICE], full_member=False)
    assert refused(world, grant) is Reason.NOT_A_MEMBER


def test_issuing_paused_between_approval_and_collection(world: World) -> None:
    grant = world.granted()
    pause.pause(world.context, by=BOB, delivery=None)
    assert refused(world, grant) is Reason.PAUSED
    pause.resume(world.context, by=BOB, delivery=None)
    assert world.collect(grant).state is C.ISSUING


@pytest.mark.parametrize("seconds", [16, -16, -3600])
def test_no_worker_means_no_intent(world: World, seconds: int) -> None:
    """Its last heartbeat is old, or the clock was ahead when the worker died."""
    grant = world.granted()
    world.beat()
    world.clock.advance(seconds=seconds)
    with pytest.raises(Refused) as refusal:
        collect.begin(world.context, grant=grant, by=ALICE, window=intent.Window("V", START), delivery=None)
    assert refusal.value.reason is Reason.NO_WORKER
    with world.work.begin() as tx:
        assert tx.credentials.of(grant) == ()


def test_the_main_job(world: World) -> None:
    grant = world.granted()
    credential = world.collect(grant).id
    assert world.mint(credential)
    assert world.credential(credential).state is C.SEALED
    secret = world.open(world.reveal())
    assert secret["access_key_id"] in world.iam.all_keys()
    assert world.grant(grant).state is GrantState.ACTIVE
    assert world.receipt()
    assert world.receipt()
    assert world.credential(credential).state is C.LIVE
    assert refused(world, grant) is Reason.ALREADY_COLLECTED


def test_a_double_click_makes_one_intent_and_the_newest_window_gets_the_link(world: World) -> None:
    grant = world.granted()
    first = world.collect(grant)
    second = world.collect(grant)
    assert first.id == second.id
    world.mint(first.id)
    assert [view for view, *_ in world.notifier.links] == ["V2"]
    assert world.iam.count("create_key") == 1


def test_an_intent_is_claimed_once(world: World) -> None:
    credential = world.collect(world.granted()).id
    assert world.mint(credential)
    assert not world.mint(credential)


def test_a_collect_over_a_sealed_key_discards_it_first(world: World) -> None:
    grant = world.granted()
    first = world.collect(grant).id
    world.mint(first)
    old = world.link()
    second = world.collect(grant).id
    assert world.credential(first).state is C.DISCARDED
    world.mint(second)
    assert world.reveal(old) is not None
    assert world.credential(second).state is C.SEALED
    assert len(world.iam.all_keys()) == 1


def test_an_unclaimed_intent_is_never_minted(world: World) -> None:
    grant = world.granted()
    first = world.collect(grant).id
    world.clock.advance(seconds=31)
    assert not world.mint(first)
    second = world.collect(grant).id
    assert world.credential(first).state is C.FAILED
    assert world.credential(second).state is C.ISSUING


def test_a_session_may_be_collected_again_while_the_lease_lasts(world: World) -> None:
    grant, first = world.live("reports-session", "8h")
    second = world.collect(grant).id
    world.mint(second)
    secret = world.open(world.reveal())
    assert secret["session_token"]
    assert world.credential(first).state is C.LIVE


def test_uncollected_in_time_lapses(world: World) -> None:
    grant = world.granted()
    world.clock.advance(hours=72)
    assert refused(world, grant) is Reason.GRANT_OVER
    assert deadlines.lapse_grants(world.context) == 1
    assert world.grant(grant).state is GrantState.LAPSED


def test_the_link_goes_to_the_window_that_opened_last_also_when_its_press_was_first_to_be_written(world: World) -> None:
    grant = world.granted()

    def begin(name: str, opened: float) -> str | None:
        at = world.clock.now() + timedelta(seconds=opened)
        collect.begin(world.context, grant=grant, by=ALICE, window=intent.Window(name, at), delivery=None)  # fmt: skip
        with world.work.begin() as tx:
            return tx.credentials.of(grant)[-1].view_id

    assert begin("V2", 1.0) == "V2"
    assert begin("V1", 0.5) == "V2"
    assert begin("V3", 1.5) == "V3"
