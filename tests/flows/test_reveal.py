"""The envelope: one winner, dead ones say why, the owner hears of a knock once."""

from datetime import timedelta

from bot import sealing
from bot.domain.lifecycle import CredentialState as C
from bot.flows import reveal
from bot.flows.reveal import Dead, Opened
from tests.fakes import ALICE
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
    assert ("envelope:knocked", ALICE) in world.errands()


def test_a_knock_before_the_receipt_asks_instead(world: World) -> None:
    sealed(world)
    world.reveal()
    world.reveal()
    assert ("credential:confirm", ALICE) in world.errands()
    assert ("envelope:knocked", ALICE) not in world.errands()


def test_a_wrong_proof_burns_nothing(world: World) -> None:
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
    assert not reveal.receipt(world.work, world.clock, world.catalog, envelope=envelope, proof=proof)


def test_the_grant_that_ended_meanwhile_gives_nothing(world: World) -> None:
    grant = world.granted()
    credential = world.collect(grant).id
    world.mint(credential)
    world.give_back(grant)
    dead = world.reveal()
    assert isinstance(dead, Dead)
    assert world.credential(credential).state is C.DISCARDED
