"""What a link is for: told to whoever holds it while it can be opened, without a trace."""

import pytest
from sqlalchemy import select

from bot import sealing
from bot.domain.catalog import Kind
from bot.domain.ids import GrantId
from bot.flows.issuing import about
from bot.flows.issuing.about import About, Gone
from bot.flows.issuing.reveal import Opened
from bot.store import tables
from tests.flows.world import World


def sealed(world: World) -> GrantId:
    grant = world.granted()
    world.mint(world.collect(grant).id)
    return grant


def ask(world: World, proof: bytes | None = None) -> About | Gone | None:
    envelope, seed = world.link()
    given = proof or sealing.proof_of(seed, envelope)
    return about.about(world.work, world.clock, world.catalog, envelope=envelope, proof=given)


def trail(world: World) -> list[object]:
    with world.work._engine.begin() as connection:  # type: ignore[attr-defined]
        return list(connection.execute(select(tables.audit)))


def test_it_says_what_where_and_until_when(world: World) -> None:
    grant = world.grant(sealed(world))
    found = ask(world)
    assert isinstance(found, About)
    entitlement = world.catalog.entitlements[grant.entitlement]
    assert (found.title, found.entitlement, found.kind) == (entitlement.title, entitlement.id, Kind.ACCESS_KEY)
    assert (found.account, found.account_id) == (grant.account, world.catalog.accounts[grant.account].id)
    assert found.expires_at == grant.lease_until
    assert found.link_until > found.now == world.clock.now()


def test_it_leaves_no_trace_and_uses_nothing_up(world: World) -> None:
    sealed(world)
    before, items = trail(world), world.items()
    for _ in range(3):
        ask(world)
    assert (trail(world), world.items()) == (before, items)
    assert isinstance(world.reveal(), Opened)


def test_a_wrong_proof_learns_nothing(world: World) -> None:
    sealed(world)
    assert ask(world, b"x" * 32) is None
    world.reveal()
    assert ask(world, b"x" * 32) is None


@pytest.mark.parametrize("how", ["revealed", "expired", "swept"])
def test_a_dead_link_is_gone_and_its_owner_is_not_bothered(world: World, how: str) -> None:
    sealed(world)
    if how == "revealed":
        world.reveal()
    else:
        world.clock.advance(minutes=10)
        if how == "swept":
            world.sweep()
    before = world.items()
    assert ask(world) == Gone()
    assert world.items() == before
