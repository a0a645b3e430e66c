"""The daily check: stale, unused, never used; nothing is reported for unknown use; one digest a day."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import Reason, Refused
from bot.domain.hygiene.finding import Finding, FindingKind
from bot.domain.ids import DeliveryId
from bot.domain.lifecycle import CredentialState
from bot.domain.usage.key_usage import WINDOW, Unread, Usage, unread
from bot.domain.usage.last_used import LastUsed
from bot.flows.hygiene import keep
from bot.flows.keys.last_used import known_use
from bot.flows.lifecycle import deadlines
from tests.fakes import ALICE, CAROL, START, Crash
from tests.flows.catalog import catalog, entitlement
from tests.flows.world import World
from tests.store.rows import DAY, a_credential


def long_lived(world: World) -> None:
    long = entitlement("reports-long", max_duration=timedelta(days=400))
    world.catalog = replace(catalog(long), hygiene=replace(world.catalog.hygiene, never_used=timedelta(days=3)))
    world.live("reports-long")


def digests(world: World) -> int:
    return [notice for notice, _ in world.items()].count("finding:digest")


def test_one_digest_for_a_key_never_used_and_no_nag(world: World) -> None:
    long_lived(world)
    world.clock.advance(days=3)
    assert world.look_over() == 1
    assert digests(world) == 1
    assert world.look_over() == 0
    world.clock.advance(days=1)
    world.look_over()
    assert digests(world) == 1


def test_a_throttle_is_not_a_problem(world: World) -> None:
    long_lived(world)
    key = next(iter(world.iam.all_keys()))
    world.iam.uses[key] = None
    world.clock.advance(days=3)
    world.look_over()
    assert digests(world) == 0


def test_keep_wants_the_owner_and_a_justification(world: World) -> None:
    long_lived(world)
    world.clock.advance(days=3)
    world.look_over()
    with world.work.begin() as tx:
        (finding,) = [
            each
            for grant in tx.grants.of_owner(ALICE)
            for row in tx.credentials.of(grant.id)
            for each in tx.findings.open_of(row.id)
        ]
    until = world.clock.now() + timedelta(days=30)
    for by, why, reason in ((CAROL, "mine", Reason.NOT_OWNER), (ALICE, " ", Reason.NO_JUSTIFICATION)):
        with pytest.raises(Refused) as refusal:
            keep.keep(world.context, finding=finding.id, by=by, until=until, justification=why, delivery=None)
        assert refusal.value.reason is reason
    kept = keep.keep(
        world.context, finding=finding.id, by=ALICE, until=until, justification="yearly job", delivery=None
    )
    assert kept.id == finding.id


def found(world: World) -> list[Finding]:
    with world.work.begin() as tx:
        rows = [row for grant in tx.grants.of_owner(ALICE) for row in tx.credentials.of(grant.id)]
        return [each for row in rows for each in tx.findings.open_of(row.id)]


def test_what_was_kept_comes_back_once_when_the_time_is_over(world: World) -> None:
    long_lived(world)
    world.clock.advance(days=3)
    world.look_over()
    until = world.clock.now() + timedelta(days=30)
    keep.keep(
        world.context, finding=found(world)[0].id, by=ALICE, until=until, justification="yearly job", delivery=None
    )
    days = []
    for day in range(1, 41):
        world.clock.advance(days=1)
        world.look_over()
        if digests(world) > len(days) + 1:
            days.append(day)
    assert days == [32, 39], "after the weekend, and a week later again"


def test_an_interrupted_check_is_repeated_the_same_day(world: World) -> None:
    long_lived(world)
    world.clock.advance(days=3)
    world.iam.fail_at("last_used", Crash("the worker died"))
    with pytest.raises(Crash):
        world.look_over()
    world.clock.advance(minutes=10)
    assert world.look_over() == 0, "another worker may still be looking"
    world.clock.advance(minutes=50)
    assert world.look_over() == 1
    assert digests(world) == 1


def test_unknown_use_closes_nothing_either(world: World) -> None:
    long_lived(world)
    world.clock.advance(days=3)
    world.look_over()
    before = found(world)
    world.iam.uses[next(iter(world.iam.all_keys()))] = None
    world.clock.advance(days=1)
    world.look_over()
    assert found(world) == before != []


def test_outdated_findings_are_closed(world: World) -> None:
    long_lived(world)
    world.clock.advance(days=3)
    world.look_over()
    world.clock.advance(days=1)
    world.iam.uses[next(iter(world.iam.all_keys()))] = LastUsed(world.clock.now(), "s3", "eu-west-1")
    world.look_over()
    assert found(world) == []
    with world.work.begin() as tx:
        (grant,) = tx.grants.of_owner(ALICE)
        (key,) = tx.credentials.of(grant.id)
    assert (key.used_at, key.used_service) == (world.clock.now(), "s3")


@pytest.mark.parametrize(("every", "kinds"), [(None, []), (timedelta(days=5), [FindingKind.STALE])])
def test_rotate_every_stands_in_the_place_of_stale(
    world: World, every: timedelta | None, kinds: list[FindingKind]
) -> None:
    world.catalog = catalog(entitlement("reports-long", max_duration=timedelta(days=400), rotate_every=every))
    world.live("reports-long")
    world.clock.advance(days=5)
    world.iam.uses[next(iter(world.iam.all_keys()))] = LastUsed(world.clock.now(), "s3", "eu-west-1")
    world.look_over()
    assert [each.kind for each in found(world)] == kinds


def test_a_key_that_is_being_rotated_says_nothing(world: World) -> None:
    long_lived(world)
    world.clock.advance(days=3)
    world.look_over()
    with world.work.begin() as tx:
        (grant,) = tx.grants.of_owner(ALICE)
    world.rotated(grant.id)
    world.clock.advance(days=1)
    world.look_over()
    assert found(world) == []


def test_nothing_is_said_about_a_lease_that_is_over(world: World) -> None:
    long_lived(world)
    world.clock.advance(days=7)
    assert world.look_over() == 0


def test_what_only_stopped_a_repetition_is_forgotten_after_a_day(world: World) -> None:
    world.ask()
    with world.work.begin(DeliveryId("trigger-1")) as tx:
        assert tx.once("digest/U01ALICE", world.clock.now(), world.clock.now())
    assert deadlines.prune(world.context) == 0
    world.clock.advance(hours=25)
    assert deadlines.prune(world.context) == 2  # the delivery and the heartbeat
    with world.work.begin() as tx:
        assert tx.last_beat(world.clock.now()) is None


def test_a_clock_that_was_ahead_for_a_moment_skips_no_daily_check(world: World) -> None:
    long_lived(world)
    world.clock.advance(days=400)
    world.look_over()
    world.clock.advance(days=-400)
    assert world.look_over() == 1


def test_a_last_use_that_was_read_under_a_later_date_is_asked_for_again() -> None:
    read = a_credential(state=CredentialState.LIVE, used_at=START, used_read_at=START)
    assert known_use(read, START - DAY, START) == LastUsed(START)
    assert known_use(replace(read, used_read_at=START + DAY), START - DAY, START) is None


def test_usage_opens_a_finding_on_an_issued_key_and_unknown_usage_closes_none(world: World) -> None:
    grant, credential = world.live("reports-read")
    with world.work.begin() as tx:
        key, account = tx.credentials.get(credential).access_key_id, tx.grants.get(grant).account  # type: ignore[union-attr]
    assert key is not None
    world.iam.uses[key] = LastUsed(world.clock.now(), "s3", "eu-west-1")
    read_at = world.clock.now()
    shared = Usage(account, key, read_at, read_at - WINDOW, calls=9, day_networks=3)
    for usage, kinds in (
        (shared, {FindingKind.SHARED}),
        (unread(account, key, Unread.DENIED, read_at), {FindingKind.SHARED}),
        (replace(shared, day_networks=1), set[FindingKind]()),
    ):
        with world.work.begin() as tx:
            tx.usages.store(usage)
        world.clock.advance(days=1)
        assert world.look_over() == 1
        with world.work.begin() as tx:
            assert {each.kind for each in tx.findings.open_of(credential)} == kinds
