"""States change through one function only: conditionally, and with one audit event in the same transaction."""

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta

import pytest
from sqlalchemy import Table, select
from sqlalchemy.exc import IntegrityError

from bot.domain.events import Event, into
from bot.domain.ids import CredentialId, GrantId, RequestId
from bot.domain.lifecycle import CredentialState, GrantState, RequestState, State, may_move
from bot.store import tables
from bot.store.work import SqlTransaction, SqlUnitOfWork
from tests.fakes import ALICE, BOB, START
from tests.store.rows import a_credential, a_grant, a_request, plant, plant_grants

R, G, C = RequestState, GrantState, CredentialState
KINDS: tuple[type[State], ...] = (RequestState, GrantState, CredentialState)
PAIRS: list[tuple[State, State]] = [(one, two) for kind in KINDS for one in kind for two in kind]
LEGAL = [pair for pair in PAIRS if may_move(*pair)]
ILLEGAL = [pair for pair in PAIRS if not may_move(*pair)]
LATER = START + timedelta(minutes=5)
STAMPS = {
    G.LAPSED: "ended_at",
    G.EXPIRED: "ended_at",
    G.REVOKED: "ended_at",
    C.REVEALED: "revealed_at",
    C.LIVE: "live_at",
    C.DELETED: "ended_at",
    C.FAILED: "ended_at",
    C.DISCARDED: "ended_at",
}


def names(pairs: list[tuple[State, State]]) -> Iterator[str]:
    return (f"{type(one).__name__[0]}-{one}-{two}" for one, two in pairs)


def plant_in(work: SqlUnitOfWork, state: State) -> tuple[str, Table]:
    """A row in this state, with what the constraints require of it and of the next state."""
    match state:
        case RequestState():
            plant(work, a_request(state=state))
            return "r1", tables.request
        case GrantState():
            plant_grants(work, a_grant(state=state, lease_until=START))
            return "g1", tables.grants
        case CredentialState():
            plant_grants(work, a_grant())
            plant(work, a_credential(state=state, access_key_id="AKIA1", pending_action="off"))
            return "c1", tables.credential


def move(tx: SqlTransaction, subject: str, before: State, after: State) -> bool:
    return tx.transition(subject, before, after, by=BOB, at=LATER, facts={"why": "test"})


@pytest.mark.parametrize(("before", "after"), LEGAL, ids=names(LEGAL))
def test_each_move_writes_one_event(work: SqlUnitOfWork, before: State, after: State) -> None:
    subject, table = plant_in(work, before)
    with work.begin() as tx:
        assert move(tx, subject, before, after)
    with work.begin() as tx:
        assert tx.audit.of(subject) == (Event(into(after), subject, BOB, LATER, {"why": "test"}),)
        row = tx._c.execute(select(table).where(table.c.id == subject)).mappings().one()
    assert row["state"] is after
    if after in STAMPS and not isinstance(after, RequestState):
        assert row[STAMPS[after]] == LATER
    assert row.get("pending_action") is None


@pytest.mark.parametrize(("before", "after"), ILLEGAL, ids=names(ILLEGAL))
def test_there_is_no_other_transition(sqlite_work: SqlUnitOfWork, before: State, after: State) -> None:
    subject, _ = plant_in(sqlite_work, before)
    with sqlite_work.begin() as tx:
        with pytest.raises(ValueError, match="can go from"):
            move(tx, subject, before, after)
        assert tx.audit.of(subject) == ()


def test_a_stale_move_changes_and_records_nothing(work: SqlUnitOfWork) -> None:
    plant_grants(work, a_grant())
    plant(work, a_credential(state=C.LIVE))
    with work.begin() as tx:
        assert move(tx, "r1", R.REQUESTED, R.APPROVED)
        assert not move(tx, "r1", R.REQUESTED, R.DECLINED)
        assert not move(tx, "g1", G.ACTIVE, G.EXPIRED)
        assert not move(tx, "c1", C.SEALED, C.DISCARDED)
        assert not move(tx, "nobody", R.REQUESTED, R.DECLINED)
        assert [len(tx.audit.of(each)) for each in ("r1", "g1", "c1", "nobody")] == [1, 0, 0, 0]


def test_a_lapsed_request_is_not_a_lapsed_grant(work: SqlUnitOfWork) -> None:
    """The two states are equal as strings."""
    plant_grants(work, a_grant())
    with work.begin() as tx, pytest.raises(ValueError, match="can go from"):
        tx.transition(GrantId("g1"), G.APPROVED, R.LAPSED, by=ALICE, at=START)


def test_a_rolled_back_move_leaves_no_event(work: SqlUnitOfWork) -> None:
    plant(work, a_request())
    with suppress(ZeroDivisionError), work.begin() as tx:
        assert tx.transition(RequestId("r1"), R.REQUESTED, R.APPROVED, by=BOB, at=LATER)
        _ = 1 / 0
    with work.begin() as tx:
        assert tx.audit.of("r1") == ()
        found = tx.requests.get(RequestId("r1"))
    assert found is not None
    assert found.state is R.REQUESTED


def test_a_law_broken_by_a_move_undoes_the_event_too(work: SqlUnitOfWork) -> None:
    plant_grants(work, a_grant())
    plant(work, a_credential())
    with pytest.raises(IntegrityError), work.begin() as tx:
        tx.transition(CredentialId("c1"), C.ISSUING, C.SEALED, by=BOB, at=LATER)  # it has no access key id
    with work.begin() as tx:
        assert tx.audit.of("c1") == ()
