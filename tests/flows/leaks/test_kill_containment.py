"""Killed at every step of containment: the next worker contains the key all the same, once, on both databases."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from bot.domain.leaks.incident import StepKind
from bot.domain.lifecycle import AdoptedState, CredentialState, IncidentState
from bot.flows.leaks import checks, contain
from bot.flows.leaks.contain import CLAIM
from tests.fakes import Crash
from tests.fakes.responder import FakeResponder
from tests.flows.crash_points import Fuse, FusedPort, fused
from tests.flows.leaks.contained import DONE, Leak, found, issued, session
from tests.flows.world import World

KINDS: dict[str, Callable[[World], Leak]] = {
    "issued": issued,
    "found": lambda world: found(world)[0],
    "session": lambda world: session(world)[0],
}
MAKE = Callable[[World], World]


def work(leak: Leak, world: World, fuse: Fuse) -> None:
    """The worker, which dies at this step of its fuse."""
    hand = FusedPort(FakeResponder(world.iam), fuse)
    with fused(world, fuse):
        context = replace(world.context, responder=hand)  # type: ignore[arg-type]
        contain.carry_out(context)
    del leak


def is_contained(leak: Leak) -> None:
    now = leak.now
    assert now.state is IncidentState.CONTAINED
    assert {state for state, _ in leak.steps.values()} == {DONE}
    assert leak.tags().count("incident:contained") == 1
    assert leak.tags().count("incident:step") == len(leak.rows), "each step once"
    with leak.world.work.begin() as tx:
        assert tx.calls.on(now.credential or now.found_key or now.id) is None
        if now.whose == "issued":
            row = tx.credentials.get(now.credential)  # type: ignore[arg-type]
            assert row is not None
            assert row.state is CredentialState.RETIRING
            tags = [each.tag.value for each in tx.audit.of(row.id)]
            assert tags.count("credential:retiring") == 1
        if now.whose == "found":
            adopted = tx.adopted.get(now.found_key or "")
            assert adopted is not None
            assert (adopted.state, adopted.why) == (AdoptedState.OFF, None)
    if StepKind.KEY in leak.steps:
        assert leak.active is False


@pytest.mark.parametrize("whose", KINDS)
def test_a_kill_at_any_step_leaves_it_contained_once(world: World, copied: MAKE, whose: str) -> None:
    leak, fuse = KINDS[whose](world), Fuse()
    work(leak, copied(world), fuse)
    assert fuse.steps > 8
    for step in range(fuse.steps):
        again = copied(world)
        with pytest.raises(Crash):
            work(leak, again, Fuse(step))
        after = Leak(again, leak.id, leak.key)
        again.clock.advance(CLAIM)
        after.until_contained()
        is_contained(after)


def test_on_either_database(both: World) -> None:
    """An issued key; each kill has a key of its own."""
    first, fuse = issued(both), Fuse()
    work(first, both, fuse)
    for step in range(fuse.steps):
        leak = issued(both)
        with pytest.raises(Crash):
            work(leak, both, Fuse(step))
        both.clock.advance(CLAIM)
        leak.until_contained()
        is_contained(leak)


def test_a_kill_at_any_step_of_a_check_loses_nothing_new(world: World, copied: MAKE) -> None:
    leak = issued(world)
    leak.work()
    world.iam.plant_key(world.catalog.accounts[leak.now.account], leak.now.user or "")  # type: ignore[index]
    world.clock.advance(seconds=10)
    fuse = Fuse()
    first = copied(world)
    with fused(first, fuse):
        assert checks.check(first.context) == 1
    for step in range(fuse.steps):
        again = copied(world)
        with pytest.raises(Crash), fused(again, Fuse(step)):
            checks.check(again.context)
        after = Leak(again, leak.id, leak.key)
        again.clock.advance(checks.CLAIM)
        checks.check(again.context)
        after.until_contained()
        assert not any(each.active for each in again.iam.all_keys().values())
        assert after.tags().count("incident:found") == 1
        assert after.now.state is IncidentState.CONTAINED
