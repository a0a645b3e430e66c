"""A sweep with a stale read: it reads again under the lock, and skips what changed meanwhile."""

from typing import Any

import pytest

from bot.domain.lifecycle import CredentialState as C
from bot.domain.lifecycle import GrantState, RequestState
from bot.flows.issuing import recover
from bot.flows.lifecycle import deadlines
from bot.ports import Transaction
from bot.store.credentials import SqlCredentials
from bot.store.grants import SqlGrants
from bot.store.requests import SqlRequests
from tests.flows.world import World


def saw(stale: pytest.MonkeyPatch, world: World, repository: Any, query: str) -> None:
    """From now on the query returns its current result."""
    with world.work.begin() as tx:
        part = {SqlGrants: "grants", SqlCredentials: "credentials", SqlRequests: "requests"}[repository]
        rows = getattr(getattr(tx, part), query)(world.clock.now(), 9)
    assert rows
    stale.setattr(repository, query, lambda *_: rows)


def test_two_sweeps_that_saw_the_same_row_end_it_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    grant, _ = world.live()
    waiting, asked = world.granted(), world.ask()
    world.clock.advance(days=7)
    for repository, query in ((SqlGrants, "ended_leases"), (SqlGrants, "uncollected_past"), (SqlRequests, "due")):
        saw(monkeypatch, world, repository, query)
    world.sweep()
    before = world.items()
    for each in (deadlines.expire, deadlines.lapse_grants, deadlines.lapse_requests):
        assert each(world.context) == 0
    assert world.items() == before
    assert (world.grant(grant).state, world.grant(waiting).state) == (GrantState.EXPIRED, GrantState.LAPSED)
    with world.work.begin() as tx:
        found = tx.requests.get(asked)
    assert found is not None
    assert found.state is RequestState.LAPSED


def test_a_grant_that_was_collected_meanwhile_does_not_lapse(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    grant = world.granted()
    world.clock.advance(hours=71, minutes=59)
    world.mint(world.collect(grant).id)
    world.clock.advance(minutes=1)
    saw(monkeypatch, world, SqlGrants, "uncollected_past")
    world.reveal()
    world.receipt()
    assert deadlines.lapse_grants(world.context) == 0
    assert world.grant(grant).state is GrantState.ACTIVE


def test_an_intent_that_was_claimed_meanwhile_is_not_failed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a worker whose clock is slightly behind."""
    credential = world.collect(world.granted()).id
    world.clock.advance(seconds=30)
    saw(monkeypatch, world, SqlCredentials, "unclaimed_past")
    world.clock.advance(seconds=-1)
    world.mint(credential)
    world.clock.advance(seconds=1)
    assert deadlines.fail_unclaimed(world.context) == 0
    assert world.credential(credential).state is C.SEALED


def test_an_intent_that_is_being_minted_is_not_failed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    credential = world.collect(world.granted()).id
    world.clock.advance(seconds=30)
    saw(monkeypatch, world, SqlCredentials, "unclaimed_past")
    with world.work.begin() as tx:
        _claim(tx, world, credential)
    assert deadlines.fail_unclaimed(world.context) == 0
    assert world.credential(credential).state is C.ISSUING


def _claim(tx: Transaction, world: World, credential: Any) -> None:
    assert tx.credentials.claim(credential, "w1", world.clock.now().replace(year=2025))


def test_a_mint_that_ended_meanwhile_is_not_given_up(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    credential = world.collect(world.granted()).id
    with world.work.begin() as tx:
        assert tx.credentials.claim(credential, "gone", world.clock.now())
    world.clock.advance(seconds=21)
    saw(monkeypatch, world, SqlCredentials, "claimed_before")
    with world.work.begin() as tx:
        tx.transition(credential, C.ISSUING, C.FAILED, by="w1", at=world.clock.now())
    assert recover.abandoned(world.context) == 0


def test_a_link_that_was_opened_meanwhile_is_not_discarded(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    credential = world.collect(world.granted()).id
    world.mint(credential)
    world.clock.advance(minutes=10)
    saw(monkeypatch, world, SqlCredentials, "sealed_past")
    world.clock.advance(seconds=-1)
    world.reveal()
    world.clock.advance(seconds=1)
    assert deadlines.discard_sealed(world.context) == 0
    assert world.credential(credential).state is C.REVEALED
