"""The contract of credentials in bot.ports, on both databases."""

from dataclasses import fields, replace
from datetime import timedelta

import pytest

from bot.domain.catalog import Kind
from bot.domain.credential import Credential
from bot.domain.ids import AccessKeyId, CredentialId, EnvelopeId, GrantId
from bot.domain.lifecycle import CredentialState as C
from bot.store.work import SqlUnitOfWork
from tests.fakes import ALICE, BOB, START
from tests.store.rows import DAY, HOUR, a_credential, a_grant, plant, plant_grants

ONE, TWO = CredentialId("c1"), CredentialId("c2")
SOON = START + timedelta(seconds=30)


@pytest.fixture
def ledger(work: SqlUnitOfWork) -> SqlUnitOfWork:
    plant_grants(work, *(a_grant(f"g{each}", f"r{each}") for each in range(1, 5)))
    return work


def ids(rows: tuple[Credential, ...]) -> list[str]:
    return [each.id for each in rows]


def test_it_comes_back_whole(ledger: SqlUnitOfWork) -> None:
    moments = {each.name: START + HOUR for each in fields(Credential) if each.name.endswith(("_at", "_until"))}
    whole = replace(
        a_credential(state=C.RETIRING),
        **{**moments, "ends_at": START + DAY},
        view_id="V1",
        claimed_by="w1",
        slot=2,
        envelope=EnvelopeId("e1"),
        revealed_ip="2001:db8::1",
        revealed_browser="Chrome on macOS",
        why="closed",
        pending_action="on",
        pending_by=ALICE,
        used_service="s3",
        used_region="eu-west-1",
        first_used_service="s3",
        first_used_region="eu-west-1",
        proof="safe|1|2||c2",
        off_by=BOB,
        delete_by=BOB,
        session_name="latchkey-g1-c1",
        role_arn="arn:aws:iam::123456789012:role/reports",
        revoke_refused="AccessDenied",
        stretches=3,
        device="arn:aws:iam::123456789012:mfa/latchkey/latchkey-c1",
    )
    assert None not in [getattr(whole, each.name) for each in fields(whole)]
    with ledger.begin() as tx:
        assert tx.credentials.add(whole)
    with ledger.begin() as tx:
        assert tx.credentials.get(ONE) == tx.credentials.by_key(AccessKeyId("AKIAC1")) == whole
        assert tx.credentials.get(TWO) is None
        assert tx.credentials.by_key(AccessKeyId("AKIAC2")) is None


def test_a_second_intent_is_refused_and_the_transaction_lives_on(ledger: SqlUnitOfWork) -> None:
    with ledger.begin() as tx:
        assert tx.credentials.add(a_credential())
        assert not tx.credentials.add(a_credential("c2"))
        assert tx.credentials.add(a_credential("c3", "g2"))
    with ledger.begin() as tx:
        assert ids(tx.credentials.of(GrantId("g1"))) == ["c1"]


def test_those_of_a_grant_come_oldest_first(ledger: SqlUnitOfWork) -> None:
    plant(
        ledger,
        a_credential("c3", made_at=START + HOUR),
        a_credential("c2", state=C.LIVE),
        a_credential("c1", "g2"),
        a_credential("c4", state=C.DELETED, made_at=START - HOUR),
    )
    with ledger.begin() as tx:
        assert ids(tx.credentials.of(GrantId("g1"))) == ["c4", "c2", "c3"]


def test_a_claim_is_never_late_and_never_taken_over(ledger: SqlUnitOfWork) -> None:
    plant(ledger, a_credential(), a_credential("c2", "g2"), a_credential("c3", "g3", state=C.SEALED))
    with ledger.begin() as tx:
        assert ids(tx.credentials.to_issue(START, 9)) == ["c1", "c2"]
        assert ids(tx.credentials.to_issue(START, 1)) == ["c1"]
        assert tx.credentials.claim(ONE, "w1", START)
        assert not tx.credentials.claim(ONE, "w2", START)
        assert not tx.credentials.claim(TWO, "w1", SOON)
        assert not tx.credentials.claim(CredentialId("c3"), "w1", START)
        assert ids(tx.credentials.to_issue(START, 9)) == ["c2"]
        assert ids(tx.credentials.unclaimed_past(START, 9)) == []
        assert ids(tx.credentials.unclaimed_past(SOON, 9)) == ["c2"]
        found = tx.credentials.get(ONE)
        assert found is not None
        assert (found.claimed_by, found.claimed_at) == ("w1", START)
        assert ids(tx.credentials.claimed_before(START, 9)) == []
        assert ids(tx.credentials.claimed_before(START + HOUR, 9)) == ["c1"]


def test_the_free_slot_is_taken(ledger: SqlUnitOfWork) -> None:
    plant(ledger, a_credential("c0", state=C.LIVE, slot=1), a_credential())
    with ledger.begin() as tx:
        assert tx.credentials.take_slot(ONE) == 2
        assert tx.credentials.take_slot(ONE) == 2
        assert tx.credentials.take_slot(CredentialId("nobody")) is None


def test_two_slots_and_no_third(ledger: SqlUnitOfWork) -> None:
    plant(
        ledger,
        a_credential("c8", state=C.LIVE, slot=2),
        a_credential("c9", state=C.DISCARDED, slot=1),
        a_credential(),
    )
    with ledger.begin() as tx:
        assert tx.credentials.take_slot(ONE) is None
        tx.credentials.set(CredentialId("c9"), gone_at=START)
        assert tx.credentials.take_slot(ONE) == 1


@pytest.mark.parametrize("state", sorted(set(C) - {C.ISSUING}))
def test_no_slot_for_what_was_given_up_meanwhile(ledger: SqlUnitOfWork, state: C) -> None:
    """The sweep of orphans was first: minting now would create an unwanted key."""
    plant(ledger, a_credential(state=state))
    with ledger.begin() as tx:
        assert tx.credentials.take_slot(ONE) is None
        found = tx.credentials.get(ONE)
        assert found is not None
        assert found.slot is None


def test_the_window_of_an_intent_is_replaced(ledger: SqlUnitOfWork) -> None:
    plant(ledger, a_credential(view_id="V1"), a_credential("c2", state=C.LIVE, view_id="V1"))
    with ledger.begin() as tx:
        assert tx.credentials.show_in(ONE, "V2", START)
        assert not tx.credentials.show_in(TWO, "V2", START)
        assert not tx.credentials.show_in(ONE, "V1", START - timedelta(milliseconds=1))
        assert [each.view_id for each in tx.credentials.of(GrantId("g1"))] == ["V2", "V1"]


def test_the_key_is_written_down_before_sealing(ledger: SqlUnitOfWork) -> None:
    plant(ledger, a_credential(), a_credential("c2", "g2", kind=Kind.SESSION))
    with ledger.begin() as tx:
        tx.credentials.store_key(ONE, AccessKeyId("AKIANEW"), START, None)
        tx.credentials.store_key(TWO, AccessKeyId("ASIANEW"), START, START + HOUR)
        found = [tx.credentials.by_key(AccessKeyId(each)) for each in ("AKIANEW", "ASIANEW")]
    assert [(each.id, each.created_at, each.ends_at) for each in found if each] == [
        ("c1", START, None),
        ("c2", START, START + HOUR),
    ]


def test_plain_columns_are_set_and_a_state_is_not(ledger: SqlUnitOfWork) -> None:
    plant(ledger, a_credential())
    with ledger.begin() as tx:
        tx.credentials.set(ONE, why="closed", retire_at=START)
        assert tx.credentials.get(ONE) == a_credential(why="closed", retire_at=START)
        with pytest.raises(ValueError, match=r"Transaction\.transition"):
            tx.credentials.set(ONE, state=C.LIVE)


def test_a_key_that_came_after_the_intent_was_given_up_is_found(ledger: SqlUnitOfWork) -> None:
    """Its slot may already be another's, so it gets none."""
    plant(
        ledger,
        a_credential("c1", "g1", state=C.FAILED, slot=1, gone_at=START),
        a_credential("c2", "g1", state=C.LIVE, slot=1),
    )
    with ledger.begin() as tx:
        tx.credentials.store_key(ONE, AccessKeyId("AKIALATE"), START, None)
        (found,) = tx.credentials.not_gone(START, 9)
        assert (found.id, found.access_key_id, found.slot) == ("c1", "AKIALATE", None)
