"""The deadline of a found key that was replaced: the sweep deactivates it only if it isn't in use."""

from datetime import timedelta

import pytest

from bot.domain.errors import Unreadable
from bot.domain.lifecycle import AdoptedState
from bot.domain.schedule import IN_USE_WITHIN
from bot.flows.adopted import replace
from tests.fakes import ALICE, BOB, CAROL
from tests.flows.adopted.account import Adopting, replaced
from tests.flows.hygiene.found_keys import HOUR
from tests.flows.world import World

OVERLAP = timedelta(days=7)


@pytest.fixture
def a(world: World) -> Adopting:
    return Adopting(world)


def test_an_unused_old_key_is_deactivated_when_the_overlap_ends(a: Adopting) -> None:
    key, _, _ = replaced(a)
    a.world.clock.advance(OVERLAP - timedelta(seconds=1))
    assert a.work() == 0
    a.world.clock.advance(seconds=1)
    assert a.work() == 1
    assert a.acts() == [("switch_off", "latchkey")]
    assert a.row(key).state is AdoptedState.OFF


def test_the_clock_never_switches_off_what_was_used_in_the_last_day(a: Adopting) -> None:
    key, _, _ = replaced(a)
    before = a.row(key)
    a.world.clock.advance(OVERLAP)
    a.used(HOUR)
    assert a.work() == 0
    row = a.row(key)
    assert row.retire_at == a.world.clock.now() - HOUR + IN_USE_WITHIN
    assert row.subject != before.subject, "told in a message of its own, because one that changes is not heard"
    assert "adopted:stretched" in a.tags(key)
    a.world.clock.advance(IN_USE_WITHIN - HOUR - timedelta(seconds=1))
    assert a.work() == 0
    a.world.clock.advance(seconds=1)
    assert a.work() == 1


@pytest.mark.parametrize("spoil", ["use", "keys"])
def test_a_sweep_does_nothing_on_unknown_use(a: Adopting, spoil: str) -> None:
    replaced(a)
    a.world.clock.advance(OVERLAP)
    if spoil == "use":
        a.world.iam.uses[a.key_id] = None
    else:
        a.world.iam.fail_at("keys_of", Unreadable("ListAccessKeys"))
    assert replace.retire_due(a.context) == 0
    assert a.active()


def test_the_clock_keeps_the_old_one_where_aws_shows_no_new_one_that_works(a: Adopting) -> None:
    key, _, new = replaced(a)
    a.world.clock.advance(OVERLAP)
    a.world.iam.all_keys()[new].active = False
    assert a.work() == 0
    assert a.row(key).why == "alone"
    assert a.active()


def test_the_clock_keeps_the_old_one_when_the_new_grant_is_over(a: Adopting) -> None:
    key, grant, _ = replaced(a)
    a.world.give_back(grant, CAROL)
    a.world.clock.advance(OVERLAP)
    assert a.work() == 0
    assert a.row(key).why == "alone"


def test_wait_gives_another_overlap(a: Adopting) -> None:
    key, _, _ = replaced(a)
    a.world.clock.advance(days=6)
    assert a.wait(key) == a.world.clock.now() + OVERLAP
    a.world.clock.advance(days=6)
    assert a.work() == 0
    a.world.clock.advance(days=1)
    assert a.work() == 1


def test_what_was_brought_back_is_not_switched_off_by_the_clock_again(a: Adopting) -> None:
    key, _, _ = replaced(a)
    a.retire(key)
    a.work()
    for by in (BOB, ALICE):
        a.reactivate(key, by)
    assert a.work() == 1
    a.world.clock.advance(OVERLAP)
    assert a.work() == 0
    assert a.active()
