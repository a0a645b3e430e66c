"""A leaked key's activity that can't be read is unknown, tried again where that helps, and by one worker at a time."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.usage.key_usage import TrailUnread, Unread
from bot.domain.usage.last_used import LastUsed
from bot.flows.leaks import activity
from tests.fakes.trail import FakeTrail, an_event
from tests.flows.catalog import MAIN
from tests.flows.leaks.test_activity import HOME, KEY, MINUTE, due_at, known, read, reported
from tests.flows.world import World


@pytest.mark.parametrize("why", [Unread.DENIED, Unread.FAILED])
def test_what_cannot_be_read_is_unknown_and_soon_tried_again_if_that_may_pass(
    world: World, trail: FakeTrail, why: Unread
) -> None:
    reported(world)
    trail.faults = [TrailUnread(why)]
    read(world, trail)
    assert (known(world).unread, known(world).silent) == (why, False)
    world.clock.advance(hours=1)
    trail.faults = [TrailUnread(why)]
    read(world, trail)
    later = timedelta(minutes=1) if why is Unread.FAILED else timedelta(minutes=30)
    assert due_at(world) == world.clock.now() + later


def test_one_region_that_fails_leaves_the_others_known(world: World, trail: FakeTrail) -> None:
    now = world.clock.now()
    reported(world)
    world.iam.uses[KEY] = LastUsed(now, "s3", "eu-west-1")
    trail.used(KEY, an_event(now - MINUTE))
    trail.faults = [TrailUnread(Unread.DENIED)]
    read(world, trail)
    seen = known(world)
    assert (seen.unread, seen.missed, seen.looked_in, seen.calls) == (None, (HOME,), ("eu-west-1",), 1)


def test_without_iams_answer_home_is_still_read(world: World, trail: FakeTrail) -> None:
    reported(world)
    world.iam.uses[KEY] = None
    read(world, trail)
    assert {region for _, region, _ in trail.calls} == {HOME}
    assert known(world).silent


def test_an_account_that_turned_it_off_is_never_asked_and_one_that_left_is_forgotten(
    world: World, trail: FakeTrail
) -> None:
    reported(world)
    world.catalog = replace(world.catalog, accounts={MAIN.name: replace(MAIN, usage=False)})
    read(world, trail)
    assert known(world).unread is Unread.TURNED_OFF
    world.catalog = replace(world.catalog, accounts={})
    world.clock.advance(hours=1)
    read(world, trail)
    assert (due_at(world), trail.calls) == (None, [])


def test_the_account_of_a_key_has_to_be_known_first(world: World, trail: FakeTrail) -> None:
    reported(world, account=None)
    assert not read(world, trail)


def test_one_worker_reads_it_at_a_time_and_a_dead_one_does_not_keep_it(both: World, trail: FakeTrail) -> None:
    class Meanwhile(FakeTrail):
        other: bool | None = None

        def events(self, *asked: object) -> object:  # type: ignore[override]
            self.other = read(both, trail)
            return super().events(*asked)  # type: ignore[arg-type]

    reported(both)
    first = Meanwhile()
    assert read(both, first)
    assert (first.other, trail.calls) == (False, [])
    with both.work.begin() as tx:
        tx.incidents.set("i1", activity_at=both.clock.now() + activity.CLAIM)
    both.clock.advance(minutes=3)
    assert read(both, trail)
