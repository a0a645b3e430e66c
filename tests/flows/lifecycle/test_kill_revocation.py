"""Killed at every step of the revocation of sessions, and of the orphan pass: the next worker finishes it."""

from collections.abc import Callable

import pytest

from bot.domain.lifecycle import CredentialState as C
from bot.domain.schedule import REVOKE_CLAIM
from bot.flows.issuing import orphans
from bot.flows.lifecycle import teardown
from tests.fakes import Crash
from tests.fakes.responder import FakeResponder
from tests.flows.crash_points import Fuse, FusedPort, fused
from tests.flows.issuing.test_orphans import doubtful
from tests.flows.lifecycle.sessions import carry_out, denied, may_revoke, name_of, session
from tests.flows.world import World

Make = Callable[[], World]


def carry_out_fused(world: World, fuse: Fuse) -> None:
    responder = FusedPort(FakeResponder(world.iam), fuse)
    with fused(world, fuse):
        carry_out(world, responder)  # type: ignore[arg-type]


def revoked(worlds: Make) -> tuple[World, list[str]]:
    """One grant with two sessions being ended, and one of another person."""
    world = may_revoke(worlds())
    grant, first = session(world)
    second = world.collect(grant).id
    world.mint(second)
    world.reveal()
    session(world)
    world.revoke(grant)
    return world, [first, second]


def test_a_kill_at_any_step_of_a_revocation_loses_no_session(worlds: Make, copied: Callable[[World], World]) -> None:
    first, ended = revoked(worlds)
    fuse = Fuse()
    carry_out_fused(copied(first), fuse)
    assert fuse.steps > 10
    for step in range(fuse.steps):
        world = copied(first)
        with pytest.raises(Crash):
            carry_out_fused(world, Fuse(step))
        world.clock.advance(REVOKE_CLAIM)
        carry_out(world)
        assert denied(world) == {name_of(world, each) for each in ended}, f"after a kill at step {step}"
        for each in ended:
            row = world.credential(each)
            assert (row.state, row.revoke_refused) == (C.DELETED, None), f"after a kill at step {step}"
            assert row.revoked_at is not None
        world.clock.advance(REVOKE_CLAIM)
        teardown.tear_down(world.context)
        assert world.grant(world.credential(ended[0]).grant).torn_down_at, f"after a kill at step {step}"


def test_a_kill_at_any_step_of_an_orphan_pass_leaves_no_orphan(worlds: Make) -> None:
    def lost() -> World:
        world = worlds()
        doubtful(world, world.granted())
        return world

    def remove_orphans(world: World) -> int:
        return orphans.orphans(world.context)

    world, fuse = lost(), Fuse()
    with fused(world, fuse):
        assert remove_orphans(world) == 1
    for step in range(fuse.steps):
        world = lost()
        with pytest.raises(Crash), fused(world, Fuse(step)):
            remove_orphans(world)
        world.pass_time(30)
        assert world.iam.all_keys() == {}, f"after a kill at step {step}"
        assert [notice for notice, _ in world.items() if notice == "orphan:found"] == []


def test_a_mint_lost_during_a_pass_is_not_an_unknown_key(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its key was listed during the mint, and its answer was lost before the pass judged that key."""
    grant = world.granted()
    doubtful(world, grant, made=False)
    world.pass_time(400, every=20)
    keys_of, listed = world.iam.keys_of, list[object]()

    def mint_meanwhile(*args: object, **words: object) -> object:
        if not listed:
            listed.append(True)
            doubtful(world, grant)
        return keys_of(*args, **words)  # type: ignore[arg-type]

    with world.work.begin() as tx:
        tx.grants.try_again_at(grant, world.clock.now())
    monkeypatch.setattr(world.iam, "keys_of", mint_meanwhile)
    orphans.orphans(world.context)
    world.pass_time(30)
    assert world.iam.all_keys() == {}
    assert [notice for notice, _ in world.items() if notice == "orphan:found"] == []
