"""Many grants of one account end at once: one message shows the progress, whatever AWS does, and the end."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from bot.domain.errors import AwsRefused, Throttled
from bot.domain.ids import AccountName, GrantId
from bot.flows.lifecycle import deadlines, teardown, teardown_progress
from bot.flows.lifecycle.teardown_progress import Progress
from bot.store.tables import grants
from tests.fakes import BOB, Crash
from tests.flows.catalog import MAIN
from tests.flows.copies import copies
from tests.flows.world import World

MANY = 45
DONE = 20  # in each run


def live(world: World, many: int, duration: str = "7d") -> list[GrantId]:
    first, _ = world.live(duration=duration)
    return [first, *(GrantId(each[first]) for each in copies(world, first, many - 1))]


@pytest.fixture
def ended(world: World) -> list[GrantId]:
    """This many leases end in the same minute."""
    grants = live(world, MANY, "1d")
    world.clock.advance(days=1, minutes=1)
    assert deadlines.expire(world.context) == MANY
    return grants


def watch(world: World) -> int:
    return teardown_progress.watch(world.context)


def tear_down(world: World) -> int:
    return teardown.tear_down(world.context)


def subject(world: World) -> str:
    with world.work.begin() as tx:
        found = tx.flag("storm/main")
    assert found is not None
    return found


def seen(world: World, of: str) -> Progress:
    with world.work.begin() as tx:
        found = teardown_progress.progress(tx, of)
    assert found is not None
    return found


def told(world: World) -> list[str]:
    return [to for notice, to in world.items() if notice == "account:storm"]


def test_one_message_counts_to_the_end(world: World, ended: list[GrantId]) -> None:
    assert watch(world) == 1
    of, counted = subject(world), list[Progress]()
    for _ in range(3):
        tear_down(world)
        world.clock.advance(seconds=3)
        assert watch(world) == 1
        counted.append(seen(world, of))
    assert [each.done for each in counted] == [DONE, 2 * DONE, MANY]
    assert counted[-1] == Progress(MANY, 0, MANY, over=True)
    assert told(world) == [BOB]
    assert watch(world) == 0


def test_what_has_not_changed_is_not_reported_again(world: World, ended: list[GrantId]) -> None:
    watch(world)
    assert [watch(world) for _ in range(3)] == [1, 0, 0], "once what it began with, then nothing new"


def test_two_bulk_teardowns_at_once_do_not_resend_each_others_message(both: World) -> None:
    other = replace(MAIN, name=AccountName("other"), id="210987654321")
    both.catalog = replace(both.catalog, accounts={MAIN.name: MAIN, other.name: other})
    for each in [both.granted() for _ in range(42)]:
        both.give_back(each)
    with both.work.begin() as tx:
        ended = tx.grants.to_tear_down(both.clock.now(), 21)
    with both.work._engine.begin() as connection:  # type: ignore[attr-defined]
        mine = grants.c.id.in_([each.id for each in ended])
        connection.execute(update(grants).where(mine).values(account="other"))
    assert [watch(both) for _ in range(5)] == [2, 2, 0, 0, 0], "once what each began with, then nothing new"


def test_twenty_are_not_a_bulk_teardown(world: World) -> None:
    grants = live(world, 20)
    for each in grants:
        world.give_back(each)
    assert watch(world) == 0
    assert told(world) == []


def test_single_revokes_and_a_crash_in_the_middle_count_too(world: World) -> None:
    grants = live(world, MANY)
    for each in grants:
        world.give_back(each)
    watch(world)
    of = subject(world)
    world.iam.crash_at(len(world.iam.calls) + 7, after=True)
    with pytest.raises(Crash):
        tear_down(world)
    world.iam.fail_at("tear_down", Throttled("DeleteUser"))
    for _ in range(5):
        world.clock.advance(seconds=16)
        tear_down(world)
        watch(world)
    assert seen(world, of) == Progress(MANY, 0, MANY, over=True)
    assert world.iam.users == {}


def test_what_aws_refuses_is_counted_apart_and_ends_no_message_in_limbo(world: World, ended: list[GrantId]) -> None:
    world.iam.fail_at("tear_down", AwsRefused("RemoveUserFromGroup", "AccessDenied"))
    watch(world)
    of = subject(world)
    for _ in range(3):
        tear_down(world)
        watch(world)
    assert seen(world, of) == Progress(MANY - 1, 1, MANY, over=True)
    with world.work.begin() as tx:
        assert tx.flag("storm/main") is None


def test_a_later_bulk_teardown_has_its_own_message(world: World, ended: list[GrantId]) -> None:
    watch(world)
    first = subject(world)
    for _ in range(3):
        tear_down(world)
    watch(world)
    world.clock.advance(timedelta(hours=1))
    for each in live(world, MANY):
        world.give_back(each)
    watch(world)
    assert subject(world) != first
    assert seen(world, first) == Progress(MANY, 0, MANY, over=True)
    assert seen(world, subject(world)).done == 0


def test_both_databases_count_alike(both: World) -> None:
    grants = [both.granted() for _ in range(21)]
    for each in grants:
        both.give_back(each)
    both.clock.advance(seconds=1)
    assert watch(both) == 1
    of = subject(both)
    assert seen(both, of) == Progress(0, 0, 21, over=False)
    tear_down(both)
    watch(both)
    assert seen(both, of) == Progress(20, 0, 21, over=False)
    tear_down(both)
    watch(both)
    assert seen(both, of) == Progress(21, 0, 21, over=True)
