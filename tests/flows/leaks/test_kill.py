"""Killed at any step of a report, a look-up, a page or This wasn't me: nothing is lost, and nothing happens twice."""

from collections.abc import Callable
from contextlib import suppress

import pytest

from bot.domain.errors import AlreadyDone
from bot.domain.lifecycle import GrantState, IncidentState
from tests.fakes import ALICE, CAROL, Crash
from tests.flows.crash_points import Fuse, fused
from tests.flows.leaks.kit import Leaking, keys
from tests.flows.leaks.test_triage import unnamed
from tests.flows.world import World

Make = Callable[[], World]
Copy = Callable[[World], World]
CONTAINING = IncidentState.CONTAINING


def test_a_kill_at_any_step_of_this_was_not_me_loses_neither_part(worlds: Make, copied: Copy) -> None:
    first = Leaking(worlds()).world
    grant, credential = first.live()
    fuse = Fuse()
    counted = copied(first)
    with fused(counted, fuse):
        counted.disown(credential)
    assert fuse.steps > 4
    for step in range(fuse.steps):
        world = copied(first)
        with fused(world, Fuse(step)), pytest.raises(Crash):
            world.disown(credential)
        leaking = Leaking(world)
        revoked = world.grant(grant).state is GrantState.REVOKED
        assert leaking.count() == int(revoked), f"after a kill at step {step}"
        world.disown(credential)
        assert world.grant(grant).state is GrantState.REVOKED
        assert leaking.incident(world.key(credential)).state is CONTAINING, f"after a kill at step {step}"
        assert leaking.count() == 1


def test_a_kill_at_any_step_from_the_report_on_loses_nothing(worlds: Make, copied: Copy) -> None:
    first = Leaking(worlds())
    mine, found = keys(first, "issued"), unnamed(first)

    def play(leaking: Leaking) -> None:
        with suppress(AlreadyDone):
            leaking.report(mine, found, by=ALICE, delivery="trigger:1")
        leaking.look_up()
        leaking.page()

    fuse, counted = Fuse(), Leaking(copied(first.world))
    with fused(counted.world, fuse):
        play(counted)
    for step in range(fuse.steps):
        leaking = Leaking(copied(first.world))
        with fused(leaking.world, Fuse(step)), pytest.raises(Crash):
            play(leaking)
        leaking.world.clock.advance(seconds=15)  # until then the look-up belongs to the worker that died
        play(leaking)
        for key in (mine, found):
            incident = leaking.incident(key)
            assert incident.state is CONTAINING, f"after a kill at step {step}"
            assert leaking.events(incident).count("incident:reported") == 1
            assert leaking.events(incident).count("incident:containing") == 1
        assert leaking.count() == 2


def test_a_kill_at_any_step_of_a_page_pages_once(worlds: Make, copied: Copy) -> None:
    first = Leaking(worlds())
    found = unnamed(first)
    first.report(found, by=CAROL)

    def play(leaking: Leaking) -> None:
        leaking.look_up()
        leaking.world.clock.advance(minutes=11)
        leaking.page()

    fuse, counted = Fuse(), Leaking(copied(first.world))
    with fused(counted.world, fuse):
        play(counted)
    for step in range(fuse.steps):
        leaking = Leaking(copied(first.world))
        with fused(leaking.world, Fuse(step)), pytest.raises(Crash):
            play(leaking)
        play(leaking)
        play(leaking)
        told = leaking.events(leaking.incident(found))
        assert told.count("incident:paged") == told.count("incident:escalated") == 1, f"after a kill at step {step}"
