"""Usage races on both databases: asks at once, workers at once, and a watch beside whatever ends its key."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.domain.errors import Reason, Refused
from bot.domain.ids import GrantId
from bot.domain.replacement.means import Means
from bot.flows.hygiene import dossier, usage
from bot.flows.replacement import watch
from bot.flows.replacement.begin import begin
from bot.store.work import in_transaction
from tests.fakes import ALICE, BOB
from tests.fakes.trail import FakeTrail
from tests.flows.hygiene.test_usage_kill import answers
from tests.flows.world import World
from tests.store.racing import race

ENDS: dict[str, Callable[[World, GrantId], Any]] = {
    "give back": lambda world, grant: world.give_back(grant),
    "revoke": lambda world, grant: world.revoke(grant),
    "rotate": lambda world, grant: world.rotate(grant),
}


def test_of_asks_at_once_one_waits_and_of_workers_at_once_one_answers(both: World) -> None:
    _, credential = both.live()
    trail = FakeTrail(in_transaction)
    context = replace(both.context, trail=trail)

    def read(_: int) -> None:
        while usage.read_next(context):
            pass

    for each in range(1, 5):
        asked = race(3, lambda _: dossier.ask(context, key=both.key(credential), by=ALICE, delivery=None))
        assert [type(found) for found in asked] == [dossier.Asked] * 3, asked
        assert race(3, read) == [None] * 3
        assert (len(answers(both)), len(trail.calls)) == (each, each)
        both.clock.advance(hours=7)


def test_of_presses_at_once_by_two_people_one_begins_the_watch_and_later_one_begins_it_again(both: World) -> None:
    def press(number: int) -> object:
        by = ALICE if number % 2 else BOB
        return begin(both.context, key=credential, means=Means.ROLE, by=by, delivery=None)

    for _ in range(4):
        _, credential = both.live()
        for _again in range(2):
            refused = [each for each in race(4, press) if isinstance(each, Refused)]
            assert [each.reason for each in refused] == [Reason.WATCHED_ALREADY] * 3
            with both.work.begin() as tx:
                began = tx.replacements.get(credential)
                assert began is not None
                assert tx.replacements.set(began, ended_at=both.clock.now())
            both.clock.advance(seconds=1)


@pytest.mark.parametrize("way", ENDS)
def test_a_watch_beside_what_ends_its_key(both: World, way: str) -> None:
    context = replace(both.context, trail=FakeTrail(in_transaction))
    for _ in range(3):
        grant, credential = both.live()
        begin(context, key=credential, means=Means.ROLE, by=ALICE, delivery=None)
        both.clock.advance(days=3)
        both.beat()
        got = race(3, lambda n, grant=grant: watch.check(context) if n else ENDS[way](both, grant))  # type: ignore[misc]
        assert not [each for each in got if isinstance(each, Exception)], got
        both.reconcile()
        both.clock.advance(hours=7)
        watch.check(context)
        with both.work.begin() as tx:
            seen = tx.replacements.get(credential)
        assert seen is not None
        assert (seen.ended_at is not None) is (way != "rotate")
