"""The contract of envelopes and their tombstones in bot.ports, on both databases."""

from datetime import timedelta

import pytest

from bot.domain.ids import CredentialId, EnvelopeId
from bot.domain.lifecycle import CredentialState
from bot.store.work import SqlUnitOfWork
from tests.fakes import ALICE, START
from tests.store.rows import (
    HOUR,
    OTHER_PROOF,
    PROOF,
    a_credential,
    a_grant,
    a_tombstone,
    an_envelope,
    plant,
    plant_grants,
)

E1, E2 = EnvelopeId("e1"), EnvelopeId("e2")
MILLISECOND = timedelta(milliseconds=1)


@pytest.fixture
def ledger(work: SqlUnitOfWork) -> SqlUnitOfWork:
    plant_grants(work, a_grant(), a_grant("g2", "r2"))
    plant(work, a_credential(state=CredentialState.SEALED), a_credential("c2", "g2", state=CredentialState.SEALED))
    return work


def test_it_comes_back_whole_and_once(ledger: SqlUnitOfWork) -> None:
    whole = an_envelope(nonce=bytes(range(12)), aad=b"\x00aad", ciphertext=bytes(range(256)))
    with ledger.begin() as tx:
        tx.envelopes.add(whole)
    with ledger.begin() as tx:
        assert tx.envelopes.find(E1, PROOF) == whole
        assert tx.envelopes.take(E1, PROOF, START) == whole
        assert tx.envelopes.take(E1, PROOF, START) is None
        assert tx.envelopes.find(E1, PROOF) is None


def test_a_wrong_proof_does_not_use_the_link_up(ledger: SqlUnitOfWork) -> None:
    plant(ledger, an_envelope())
    with ledger.begin() as tx:
        assert tx.envelopes.take(E1, OTHER_PROOF, START) is None
        assert tx.envelopes.take(E2, PROOF, START) is None
        assert tx.envelopes.find(E1, OTHER_PROOF) is None
        assert tx.envelopes.find(E1, PROOF) == an_envelope()


@pytest.mark.parametrize(("off", "handed_out"), [(-MILLISECOND, True), (0 * MILLISECOND, False), (MILLISECOND, False)])
def test_its_end_is_exact(ledger: SqlUnitOfWork, off: timedelta, handed_out: bool) -> None:
    plant(ledger, an_envelope(expires_at=START + HOUR))
    with ledger.begin() as tx:
        assert (tx.envelopes.take(E1, PROOF, START + HOUR + off) is not None) is handed_out
        assert (tx.envelopes.find(E1, PROOF) is None) is handed_out


def test_an_undone_take_hands_nothing_out(ledger: SqlUnitOfWork) -> None:
    plant(ledger, an_envelope())
    with pytest.raises(ZeroDivisionError), ledger.begin() as tx:
        1 / (tx.envelopes.take(E1, PROOF, START) is None)
    with ledger.begin() as tx:
        assert tx.envelopes.take(E1, PROOF, START) == an_envelope()


@pytest.mark.parametrize("outcome", ["revealed", "expired", "discarded"])
def test_a_destroyed_one_leaves_its_tombstone(ledger: SqlUnitOfWork, outcome: str) -> None:
    plant(ledger, an_envelope(), an_envelope("e2", "c2"))
    with ledger.begin() as tx:
        assert tx.envelopes.destroy(CredentialId("c1"), outcome, START + HOUR)
        assert not tx.envelopes.destroy(CredentialId("c1"), outcome, START + HOUR)
        assert tx.envelopes.find(E1, PROOF) is None
        assert tx.envelopes.find(E2, PROOF) == an_envelope("e2", "c2")
        stone = tx.envelopes.tombstone(E1, PROOF)
        assert stone == a_tombstone(outcome=outcome, at=START + HOUR)
        assert tx.envelopes.tombstone(E1, OTHER_PROOF) is None
        assert tx.envelopes.tombstone(E2, PROOF) is None


def test_a_tombstone_keeps_no_ciphertext(ledger: SqlUnitOfWork) -> None:
    with ledger.begin() as tx:
        tx.envelopes.leave_tombstone(a_tombstone())
        stone = tx.envelopes.tombstone(E1, PROOF)
    assert stone == a_tombstone()
    assert not {"ciphertext", "nonce", "aad"} & set(type(stone).__dataclass_fields__)
    assert stone is not None
    assert stone.owner == ALICE


def test_the_first_reuse_attempt_is_reported_alone(ledger: SqlUnitOfWork) -> None:
    plant(ledger, a_tombstone(), a_tombstone("e2", "c2"))
    with ledger.begin() as tx:
        assert tx.envelopes.mark_reuse_reported(E1, START)
        assert not tx.envelopes.mark_reuse_reported(E1, START + HOUR)
        assert tx.envelopes.mark_reuse_reported(E2, START)
        assert not tx.envelopes.mark_reuse_reported(EnvelopeId("nobody"), START)
        stone = tx.envelopes.tombstone(E1, PROOF)
        assert stone is not None
        assert stone.told_at == START
