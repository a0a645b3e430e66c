"""The daily look: stale, unused, never used; unknown says nothing; one digest a day."""

from datetime import timedelta

import pytest

from bot.domain.catalog import Hygiene
from bot.domain.errors import Reason, Refused
from bot.domain.hygiene import FindingKind, LastUsed, see
from bot.flows import remind
from tests.fakes import ALICE, CAROL, START
from tests.flows.world import World, catalog, entitlement

DAY = timedelta(days=1)
SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("age", "idle", "found"),
    [
        (13 * DAY, None, None),
        (14 * DAY - SECOND, None, None),
        (14 * DAY, None, FindingKind.NEVER_USED),
        (44 * DAY, 44 * DAY, None),
        (45 * DAY, 45 * DAY - SECOND, None),
        (45 * DAY, 45 * DAY, FindingKind.UNUSED),
        (46 * DAY, 46 * DAY, FindingKind.UNUSED),
        (90 * DAY - SECOND, SECOND, None),
        (90 * DAY, SECOND, FindingKind.STALE),
        (91 * DAY, SECOND, FindingKind.STALE),
    ],
)
def test_thresholds(age: timedelta, idle: timedelta | None, found: FindingKind | None) -> None:
    used = LastUsed(None if idle is None else START - idle)
    rules = Hygiene()
    assert see(START - age, used, START, rules, rules.stale) is found


def test_unknown_use_is_no_word() -> None:
    rules = Hygiene()
    assert see(START - 900 * DAY, None, START, rules, rules.stale) is None


def long_lived(world: World) -> None:
    from dataclasses import replace

    long = entitlement("reports-long", max_duration=timedelta(days=400))
    world.catalog = replace(catalog(long), hygiene=replace(world.catalog.hygiene, never_used=timedelta(days=3)))
    world.live("reports-long")


def digests(world: World) -> int:
    return [notice for notice, _ in world.errands()].count("finding:digest")


def test_one_digest_for_a_key_never_used_and_no_nag(world: World) -> None:
    long_lived(world)
    world.clock.advance(days=3)
    assert world.look_over() == 1
    assert digests(world) == 1
    assert world.look_over() == 0
    world.clock.advance(days=1)
    world.look_over()
    assert digests(world) == 1


def test_a_throttle_is_no_finding(world: World) -> None:
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
            remind.keep(
                world.work, world.clock, finding=finding.id, by=by, until=until, justification=why, delivery=None
            )
        assert refusal.value.reason is reason
    kept = remind.keep(
        world.work, world.clock, finding=finding.id, by=ALICE, until=until, justification="yearly job", delivery=None
    )
    assert kept.id == finding.id
