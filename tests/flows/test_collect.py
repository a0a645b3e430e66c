"""Collect and mint: the owner is present, one key, one link, and nothing is lost when something breaks."""

from dataclasses import replace

import pytest

from bot.domain.errors import AwsRefused, Doubtful, Reason, Refused, TwoKeys
from bot.domain.lifecycle import CredentialState as C
from bot.domain.lifecycle import GrantState
from bot.flows import collect, pause, sweep
from tests.fakes import ALICE, BOB, CAROL, Crash
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
    pause.pause(world.work, world.clock, world.catalog, by=BOB, delivery=None)
    assert refused(world, grant) is Reason.PAUSED
    pause.resume(world.work, world.clock, world.catalog, by=BOB, delivery=None)
    assert world.collect(grant).state is C.ISSUING


def test_no_worker_means_no_intent(world: World) -> None:
    grant = world.granted()
    world.clock.advance(seconds=16)
    with pytest.raises(Refused) as refusal:
        collect.begin(
            world.work, world.clock, world.entropy, world.people, world.catalog,
            grant=grant, by=ALICE, view_id="V", delivery=None,
        )  # fmt: skip
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


def test_a_closed_window_discards_the_key_at_once(world: World) -> None:
    grant = world.granted()
    world.notifier.closed.add("V1")
    credential = world.collect(grant).id
    world.mint(credential)
    assert world.credential(credential).state is C.DISCARDED
    assert world.iam.all_keys() == {}
    assert ("credential:again", ALICE) in world.errands()
    assert world.grant(grant).lease_until is None


@pytest.mark.parametrize("error", [AwsRefused("CreateAccessKey", "AccessDenied"), TwoKeys("CreateAccessKey", "L")])
def test_what_aws_refuses_is_told_and_can_be_tried_again(world: World, error: Exception) -> None:
    grant = world.granted()
    world.iam.fail_at("create_key", error)
    first = world.collect(grant).id
    world.mint(first)
    assert world.credential(first).state is C.FAILED
    assert world.notifier.failures
    world.mint(world.collect(grant).id)
    assert world.open(world.reveal())["access_key_id"] in world.iam.all_keys()


def test_a_lost_answer_makes_no_second_call_and_the_orphan_goes(world: World) -> None:
    grant = world.granted()
    world.iam.fail_at("create_key", Doubtful("CreateAccessKey"), after=True)
    first = world.collect(grant).id
    world.mint(first)
    assert world.iam.count("create_key") == 1
    assert len(world.iam.all_keys()) == 1
    world.reconcile()
    assert world.iam.all_keys() == {}
    world.mint(world.collect(grant).id)
    assert world.open(world.reveal())["access_key_id"] in world.iam.all_keys()


def test_an_orphan_that_iam_lists_late_is_found_by_a_later_pass(world: World) -> None:
    grant = world.granted()
    world.iam.fail_at("create_key", Doubtful("CreateAccessKey"), after=True)
    world.mint(world.collect(grant).id)
    late = next(iter(world.iam.all_keys()))
    world.iam.unlisted.add(late)
    world.reconcile()
    world.clock.advance(seconds=10)
    world.reconcile()
    assert late in world.iam.all_keys()
    world.iam.unlisted.clear()
    world.clock.advance(minutes=5)
    world.reconcile()
    assert world.iam.all_keys() == {}


def test_a_used_orphan_is_told_and_left(world: World) -> None:
    from bot.domain.hygiene import LastUsed

    grant = world.granted()
    world.iam.fail_at("create_key", Doubtful("CreateAccessKey"), after=True)
    world.mint(world.collect(grant).id)
    key = next(iter(world.iam.all_keys()))
    world.iam.uses[key] = LastUsed(world.clock.now(), "s3", "eu-west-1")
    world.reconcile()
    assert key in world.iam.all_keys()
    assert ("orphan:found", ALICE) in world.errands()
    assert ("orphan:found", "C01OPS") in world.errands()


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize("index", range(6))
def test_a_crash_at_any_call_leaves_what_the_ledger_says(world: World, index: int, after: bool) -> None:
    grant = world.granted()
    world.iam.crash_at(index, after=after)
    credential = world.collect(grant).id
    try:
        world.mint(credential)
    except Crash:
        world.clock.advance(seconds=21)
        for _ in range(3):
            world.reconcile()
            world.clock.advance(seconds=10)
        assert world.iam.all_keys() == {}
        world.mint(world.collect(grant).id)
    assert set(world.iam.all_keys()) == world.ledger_keys()
    assert world.open(world.reveal())["access_key_id"] in world.iam.all_keys()


def test_not_revealed_in_ten_minutes_is_discarded(world: World) -> None:
    grant = world.granted()
    credential = world.collect(grant).id
    world.mint(credential)
    world.clock.advance(minutes=10)
    world.sweep()
    assert world.credential(credential).state is C.DISCARDED
    assert world.iam.all_keys() == {}
    assert world.grant(grant).lease_until is None


def test_no_receipt_asks_and_no_makes_a_new_one(world: World) -> None:
    grant = world.granted()
    first = world.collect(grant).id
    world.mint(first)
    world.reveal()
    assert refused(world, grant) is Reason.REVEALED
    world.clock.advance(minutes=10)
    world.sweep()
    assert ("credential:confirm", ALICE) in world.errands()
    world.beat()
    second = collect.replace(
        world.work, world.clock, world.entropy, world.people, world.catalog,
        credential=first, by=ALICE, view_id="V9", delivery=None,
    ).id  # fmt: skip
    world.mint(second)
    world.sweep()
    assert world.credential(first).state is C.DELETED
    assert world.open(world.reveal())["access_key_id"] == world.credential(second).access_key_id
    assert len(world.iam.all_keys()) == 1


def test_after_a_day_without_an_answer_it_counts_as_live(world: World) -> None:
    credential = world.collect(world.granted()).id
    world.mint(credential)
    world.reveal()
    world.clock.advance(hours=24)
    world.sweep()
    assert world.credential(credential).state is C.LIVE


def test_a_session_may_be_collected_again_while_the_lease_lasts(world: World) -> None:
    grant, first = world.live("reports-session", "8h")
    second = world.collect(grant).id
    world.mint(second)
    secret = world.open(world.reveal())
    assert secret["session_token"]
    assert world.credential(first).state is C.LIVE


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


def test_uncollected_in_time_lapses(world: World) -> None:
    grant = world.granted()
    world.clock.advance(hours=72)
    assert refused(world, grant) is Reason.GRANT_OVER
    assert sweep.lapse_grants(world.work, world.clock) == 1
    assert world.grant(grant).state is GrantState.LAPSED
