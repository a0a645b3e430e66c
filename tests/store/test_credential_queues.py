"""The queues of credentials: what is due, what waits for AWS, and how a refusal defers a row."""

from datetime import timedelta
from typing import Any

import pytest

from bot.domain.catalog import Kind
from bot.domain.credential import Credential
from bot.domain.ids import AccessKeyId, CredentialId
from bot.domain.lifecycle import CredentialState as C
from bot.store.work import SqlUnitOfWork
from tests.fakes import START
from tests.store.rows import HOUR, a_credential, a_grant, plant, plant_grants

ONE = CredentialId("c1")


@pytest.fixture
def ledger(work: SqlUnitOfWork) -> SqlUnitOfWork:
    plant_grants(work, *(a_grant(f"g{each}", f"r{each}") for each in range(1, 5)))
    return work


def ids(rows: tuple[Credential, ...]) -> list[str]:
    return [each.id for each in rows]


DUE: list[tuple[str, C, str]] = [
    ("sealed_past", C.SEALED, "sealed_until"),
    ("revealed_before", C.REVEALED, "revealed_at"),
    ("retire_due", C.LIVE, "retire_at"),
    ("delete_due", C.RETIRING, "delete_at"),
]


@pytest.mark.parametrize(("method", "state", "column"), DUE, ids=[each[0] for each in DUE])
def test_what_is_due(ledger: SqlUnitOfWork, method: str, state: C, column: str) -> None:
    other = C.DELETED
    plant(
        ledger,
        a_credential("c1", "g1", state=state, **{column: START + HOUR}),
        a_credential("c2", "g2", state=state, **{column: START}),
        a_credential("c3", "g3", state=state),
        a_credential("c4", "g4", state=other, **{column: START}),
    )

    def due(moment: Any, most: int = 9) -> list[str]:
        with ledger.begin() as tx:
            return ids(getattr(tx.credentials, method)(moment, most))

    assert due(START - timedelta(microseconds=1)) == []
    assert due(START) == ["c2"]
    assert due(START + HOUR) == ["c2", "c1"]
    assert due(START + HOUR, 1) == ["c2"]


def test_devices_that_no_one_was_given(ledger: SqlUnitOfWork) -> None:
    """From failed mints and from keys that were replaced before use; never of a key that was in use."""
    old, young = {"device": "d", "claimed_at": START}, {"device": "d", "claimed_at": START + HOUR}
    plant(
        ledger,
        a_credential("c1", "g1", state=C.FAILED, **old),
        a_credential("c2", "g1", state=C.DISCARDED, **old),
        a_credential("c3", "g2", state=C.RETIRING, **old),
        a_credential("c4", "g2", state=C.DELETED, **old, ended_at=START),
        a_credential("no-1", "g1", state=C.LIVE, live_at=START, **old),
        a_credential("no-2", "g3", state=C.REVEALED, **old),
        a_credential("no-3", "g3", state=C.RETIRING, live_at=START, **old),
        a_credential("no-4", "g3", state=C.DELETED, live_at=START, **old),
        a_credential("no-5", "g4", state=C.ISSUING, **old),
        a_credential("no-6", "g4", state=C.FAILED, **old, device_gone_at=START),
        a_credential("no-7", "g4", state=C.FAILED, **young),
        a_credential("no-8", "g4", state=C.FAILED, **old, next_try_at=START + HOUR),
        a_credential("no-9", "g4", state=C.FAILED, claimed_at=START),
    )
    with ledger.begin() as tx:
        assert sorted(ids(tx.credentials.devices_left(START, START, 9))) == ["c1", "c2", "c3", "c4"]
        assert len(tx.credentials.devices_left(START, START, 2)) == 2
        assert ids(tx.credentials.devices_left(START - HOUR, START, 9)) == []
        assert "no-8" in ids(tx.credentials.devices_left(START, START + HOUR, 9))


def test_what_the_sweep_has_still_to_see_gone(ledger: SqlUnitOfWork) -> None:
    """Every key with an id that no one may use, also one whose slot is free; a doubtful one has no id to delete."""
    ended = (C.DISCARDED, C.FAILED, C.DELETED)
    plant(ledger, *(a_credential(each.value, "g1", state=each, slot=1, gone_at=START) for each in ended))
    plant(ledger, *(a_credential(f"c{at}", f"g{at}", state=each, slot=1) for at, each in enumerate(ended, 1)))
    plant(ledger, a_credential("c4", "g4", state=C.FAILED, access_key_id=AccessKeyId("AKIALATE")))
    plant(ledger, a_credential("c5", "g4", state=C.LIVE, slot=1))
    plant(ledger, a_credential("c6", "g4", state=C.DISCARDED, kind=Kind.SESSION))
    with ledger.begin() as tx:
        assert sorted(ids(tx.credentials.not_gone(START, 9))) == ["c1", "c3", "c4"]
        assert len(tx.credentials.not_gone(START, 2)) == 2


def test_pending_actions_wait_for_the_worker(ledger: SqlUnitOfWork) -> None:
    plant(
        ledger,
        a_credential(state=C.LIVE, pending_action="off"),
        a_credential("c2", state=C.RETIRING, pending_action="on"),
    )
    plant(ledger, a_credential("c3", "g2", state=C.LIVE))
    with ledger.begin() as tx:
        assert ids(tx.credentials.pending(START, 9)) == ["c1", "c2"]
        tx.credentials.set(ONE, pending_action=None)
        assert ids(tx.credentials.pending(START, 9)) == ["c2"]


def test_a_pending_action_blocks_every_sweep(ledger: SqlUnitOfWork) -> None:
    plant(
        ledger,
        a_credential("c1", "g1", state=C.LIVE, retire_at=START, pending_action="off"),
        a_credential("c2", "g2", state=C.RETIRING, delete_at=START, pending_action="on"),
    )
    with ledger.begin() as tx:
        assert (tx.credentials.retire_due(START, 9), tx.credentials.delete_due(START, 9)) == ((), ())


@pytest.mark.parametrize("method", ["not_gone", "pending", "retire_due", "delete_due"])
def test_what_aws_refused_a_moment_ago_waits_behind_the_others(ledger: SqlUnitOfWork, method: str) -> None:
    rows = (
        a_credential("gone", "g1", state=C.DISCARDED),
        a_credential("pending_action", "g2", state=C.LIVE, pending_action="off"),
        a_credential("off", "g3", state=C.LIVE, retire_at=START),
        a_credential("end", "g4", state=C.RETIRING, delete_at=START),
    )
    plant(ledger, *rows)
    with ledger.begin() as tx:
        due = getattr(tx.credentials, method)
        assert len(due(START, 9)) == 1
        for each in rows:
            tx.credentials.set(each.id, next_try_at=START + HOUR)
        assert due(START, 9) == ()
        assert len(due(START + HOUR, 9)) == 1


def test_an_owner_is_asked_once(ledger: SqlUnitOfWork) -> None:
    plant(
        ledger,
        a_credential("c1", "g1", state=C.REVEALED, revealed_at=START),
        a_credential("c2", "g2", state=C.REVEALED, revealed_at=START, asked_at=START),
        a_credential("c3", "g3", state=C.LIVE, revealed_at=START),
    )
    with ledger.begin() as tx:
        assert ids(tx.credentials.unasked(START - timedelta(microseconds=1), 9)) == []
        assert ids(tx.credentials.unasked(START, 9)) == ["c1"]


def test_a_rotations_use_is_read_when_it_is_due_and_the_longest_overdue_first(ledger: SqlUnitOfWork) -> None:
    plant(
        ledger,
        a_credential("c1", "g1", state=C.LIVE, look_at=START),
        a_credential("c2", "g2", state=C.RETIRING, look_at=START - HOUR),
        a_credential("c3", "g3", state=C.DELETED, look_at=START),
        a_credential("c4", "g4", state=C.LIVE, look_at=START + HOUR),
        a_credential("c5", "g1", state=C.LIVE),
    )
    with ledger.begin() as tx:
        assert ids(tx.credentials.check_due(START, 9)) == ["c2", "c1"]
        assert ids(tx.credentials.check_due(START, 1)) == ["c2"]
