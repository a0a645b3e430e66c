"""The envelope: one winner, dead ones say why, the owner is notified once if a used link is opened."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from bot import sealing
from bot.domain.credential import Outcome
from bot.domain.ids import EnvelopeId
from bot.domain.lifecycle import CredentialState as C
from bot.flows.issuing import reveal
from bot.flows.issuing.reveal import Dead, Opened
from bot.flows.lifecycle import deadlines, receipt
from bot.store import tables
from tests.fakes import ALICE, CAROL
from tests.flows.world import World


def sealed(world: World) -> None:
    world.mint(world.collect(world.granted()).id)


def test_a_second_reveal_says_when_the_first_was(world: World) -> None:
    sealed(world)
    first = world.clock.now()
    assert isinstance(world.reveal(), Opened)
    world.receipt()
    world.clock.advance(minutes=1)
    assert world.reveal() == Dead("revealed", first)
    assert ("envelope:knocked", ALICE) in world.items()


def test_a_reuse_attempt_before_the_receipt_asks_instead(world: World) -> None:
    sealed(world)
    world.reveal()
    world.reveal()
    assert ("credential:confirm", ALICE) in world.items()
    assert ("envelope:knocked", ALICE) not in world.items()


def test_a_wrong_proof_does_not_use_the_link_up(world: World) -> None:
    sealed(world)
    envelope, _ = world.link()
    for _ in range(50):
        assert reveal.reveal(world.work, world.clock, envelope=envelope, proof=b"x" * 32, ip="", browser="") is None
    assert isinstance(world.reveal(), Opened)


def test_at_its_end_to_the_millisecond(world: World) -> None:
    sealed(world)
    world.clock.advance(timedelta(minutes=10) - timedelta(milliseconds=1))
    assert isinstance(world.reveal(), Opened)


def test_past_its_end_also_before_the_sweep(world: World) -> None:
    sealed(world)
    world.clock.advance(minutes=10)
    dead = world.reveal()
    assert isinstance(dead, Dead)
    assert dead.outcome == "expired"
    world.reconcile()
    assert world.iam.all_keys() == {}


def test_a_receipt_for_what_was_never_revealed_is_refused(world: World) -> None:
    sealed(world)
    assert not world.receipt()
    envelope, seed = world.link()
    world.clock.advance(minutes=10)
    world.sweep()
    proof = sealing.proof_of(seed, envelope)
    assert not receipt.receipt(world.work, world.clock, world.catalog, envelope=envelope, proof=proof)


def test_the_grant_that_ended_meanwhile_gives_nothing(world: World) -> None:
    grant = world.granted()
    credential = world.collect(grant).id
    world.mint(credential)
    world.give_back(grant)
    dead = world.reveal()
    assert isinstance(dead, Dead)
    assert world.credential(credential).state is C.DISCARDED


def opened_by(world: World, link: tuple[EnvelopeId, bytes]) -> bytes:
    got = world.reveal(link)
    assert isinstance(got, Opened)
    return sealing.open_sealed(link[1], link[0], sealing.Sealed(got.nonce, got.aad, got.ciphertext))


@pytest.mark.parametrize("columns", [("ciphertext",), ("aad",), ("nonce",), ("ciphertext", "aad", "nonce")])
def test_what_a_writer_of_the_database_swaps_between_envelopes_opens_nowhere(
    world: World, columns: tuple[str, ...]
) -> None:
    links = []
    for _ in range(2):
        sealed(world)
        links.append(world.link())
    with world.work._engine.begin() as connection:  # type: ignore[attr-defined]
        (one, first), (two, second) = (
            (row["id"], {name: row[name] for name in columns})
            for row in connection.execute(select(tables.envelope)).mappings().all()
        )
        for id_, values in ((one, second), (two, first)):
            connection.execute(update(tables.envelope).where(tables.envelope.c.id == id_).values(**values))
    for link in links:
        with pytest.raises(sealing.Unsealable):
            opened_by(world, link)


def test_an_owner_that_is_swapped_in_the_row_changes_nothing_in_the_sealed_text(world: World) -> None:
    """The AAD binds the owner; the page shows only what opens with it."""
    sealed(world)
    with world.work._engine.begin() as connection:  # type: ignore[attr-defined]
        connection.execute(update(tables.envelope).values(owner=CAROL))
    got = world.reveal()
    assert isinstance(got, Opened)
    assert json.loads(got.aad)["owner"] == ALICE


def test_a_browser_that_calls_itself_a_novel_is_cut_to_what_the_ledger_keeps(world: World) -> None:
    sealed(world)
    envelope, seed = world.link()
    proof = sealing.proof_of(seed, envelope)
    words = {"ip": "2001:db8::" + "1" * 100, "browser": "x" * 5000}
    assert isinstance(reveal.reveal(world.work, world.clock, envelope=envelope, proof=proof, **words), Opened)
    with world.work.begin() as tx:
        (row,) = tx.credentials.revealed_before(world.clock.now(), 9)
    assert (len(row.revealed_ip or ""), len(row.revealed_browser or "")) == (64, 255)


ENDS = {"given back": World.give_back, "revoked": World.revoke}


@pytest.mark.parametrize("outcome", ENDS)
def test_a_link_that_died_with_its_grant_says_how_that_ended(world: World, outcome: str) -> None:
    grant = world.granted()
    world.mint(world.collect(grant).id)
    ENDS[outcome](world, grant)
    assert world.reveal() == Dead(Outcome(outcome), world.clock.now(), outcome)


def test_a_link_that_waited_when_its_lease_ended_says_so(world: World) -> None:
    grant, _ = world.live(duration="8h")
    world.clock.advance(hours=7, minutes=55)
    world.beat()
    world.mint(world.rotate(grant).id)
    world.clock.advance(minutes=6)
    assert deadlines.expire(world.context) == 1
    assert world.reveal() == Dead(Outcome.ENDED, world.clock.now(), "expired")


def test_a_link_that_a_newer_one_replaced_says_so(world: World) -> None:
    grant = world.granted()
    world.mint(world.collect(grant).id)
    first = world.link()
    world.mint(world.collect(grant).id)
    assert world.reveal(first) == Dead(Outcome.REPLACED, world.clock.now())


@pytest.mark.parametrize("outcome", ENDS)
def test_a_used_link_of_a_session_that_still_works_says_until_when(world: World, outcome: str) -> None:
    grant, credential = world.live("reports-session", "8h")
    ENDS[outcome](world, grant)
    ends_at = world.credential(credential).ends_at
    assert world.reveal() == Dead(Outcome.REVEALED, world.clock.now(), outcome, ends_at)
    with world.work.begin() as tx:
        tx.credentials.set(credential, revoked_at=world.clock.now())
    assert world.reveal() == Dead(Outcome.REVEALED, world.clock.now(), outcome)
