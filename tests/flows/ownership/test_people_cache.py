"""People in sweeps: three hundred owners, Slack's limit of about a hundred calls a minute, and concurrent presses."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.errors import Refused
from bot.domain.events import Notice
from bot.domain.ids import SlackUserId
from bot.domain.schedule import CLOCKS_DIFFER
from bot.flows.hygiene import digest, inventory
from bot.flows.ownership.people_cache import CALLS, KNOWN_FOR, LAST_RESORT, KnownPeople
from bot.ports import Person
from tests.fakes import ALICE, BOB, TEAM
from tests.flows.catalog import MAIN
from tests.flows.hygiene.found_keys import DAY, Found
from tests.flows.world import World

GROUP = "S0PLATFORM"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def known(world: World) -> KnownPeople:
    return KnownPeople(world.work, world.clock, world.people)


def can_find(known: KnownPeople, person: SlackUserId = ALICE) -> bool:
    try:
        known.find(person)
    except Refused:
        return False
    return True


def test_an_answer_is_kept_for_hours_also_over_a_restart(world: World, known: KnownPeople) -> None:
    world.people.people[ALICE] = Person(ALICE, TEAM, full_member=True, time_zone="Asia/Tokyo")
    for each in (known, known, KnownPeople(world.work, world.clock, world.people)):
        found = each.find(ALICE)
        assert (found.full_member, found.time_zone) == (True, "Asia/Tokyo")
        assert each.members_of([GROUP]) == {BOB}
    assert world.people.found == [ALICE]
    world.clock.advance(KNOWN_FOR)
    known.find(ALICE)
    assert world.people.found == [ALICE] * 2


def test_where_slack_cannot_be_asked_a_day_old_answer_is_used_and_no_older_one(
    world: World, known: KnownPeople
) -> None:
    known.find(ALICE)
    world.people.readable = False
    world.clock.advance(LAST_RESORT - MINUTE)
    assert can_find(known)
    world.clock.advance(MINUTE)
    assert not can_find(known)


def test_an_answer_from_a_clock_that_was_ahead_is_none(world: World, known: KnownPeople) -> None:
    known.find(ALICE)
    world.clock.advance(-CLOCKS_DIFFER - MINUTE)
    known.find(ALICE)
    assert world.people.found == [ALICE] * 2


def test_sweeps_leave_calls_for_presses(world: World, known: KnownPeople) -> None:
    assert [can_find(known, SlackUserId(f"U{number:04}")) for number in range(100)].count(True) == CALLS
    assert len(world.people.found) == CALLS


def test_a_slack_that_does_not_answer_is_not_asked_again_for_a_while(world: World, known: KnownPeople) -> None:
    """Ten seconds for each owner would add up to an hour for an account."""
    world.people.readable = False
    assert not can_find(known)
    world.people.readable = True
    assert not can_find(known, BOB)
    assert known.ask_wanted() == 0
    world.clock.advance(minutes=1)
    assert known.ask_wanted() == 2
    assert can_find(known, BOB)


def test_someone_about_whom_slack_gives_an_error_holds_up_no_other(world: World, known: KnownPeople) -> None:
    world.people.unknown.add(ALICE)
    assert not can_find(known)
    assert can_find(known, BOB)
    assert known.ask_wanted() == 0
    world.people.unknown.clear()
    world.clock.advance(minutes=11)
    assert known.ask_wanted() == 1


def test_nor_does_one_of_a_page_that_is_asked_about_at_once(world: World, known: KnownPeople) -> None:
    world.people.unknown.add(ALICE)
    known.prefetch([ALICE, BOB])
    assert not can_find(known)
    assert can_find(known, BOB)


def test_three_hundred_owners_all_are_notified_within_the_hour(world: World, known: KnownPeople) -> None:
    found = Found(world)
    for number in range(300):
        owner = SlackUserId(f"U{number:04}")
        world.people.people[owner] = Person(owner, TEAM, full_member=True)
        found.reader.user(MAIN, f"user-{number}", tags={"Slack": owner})
        found.reader.key(MAIN, f"user-{number}", age=200 * DAY, idle=DAY)
    context = replace(found.context, people=known)
    calls = []
    for _ in range(60):
        before = len(world.people.found)
        inventory.sweep(context)
        known.ask_wanted()
        digest.digest(context)
        calls.append(len(world.people.found) - before)
        world.clock.advance(minutes=1)
    with world.work.begin() as tx:
        told = {each.to for each in tx.outbox.due(world.clock.now(), 1000) if each.notice is Notice.DIGEST}
    assert len(told) == 300
    assert max(calls) <= CALLS
