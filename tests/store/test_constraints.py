"""What the database itself refuses from every writer."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, insert, text
from sqlalchemy.exc import IntegrityError, StatementError

from bot.domain.catalog import Kind
from bot.domain.lifecycle import UNDER_WAY, CredentialState, GrantState
from bot.store import tables
from bot.store.work import SqlUnitOfWork
from tests.fakes import START
from tests.store.rows import (
    a_credential,
    a_finding,
    a_grant,
    a_request,
    a_tombstone,
    an_envelope,
    plant,
    plant_grants,
    put,
)

C, G = CredentialState, GrantState
KEYED = sorted(set(C) - {C.ISSUING, C.FAILED})
OVER = (G.LAPSED, G.EXPIRED, G.REVOKED)


@pytest.fixture
def ledger(work: SqlUnitOfWork) -> SqlUnitOfWork:
    plant_grants(work, a_grant(), a_grant("g2", "r2"))
    plant(work, a_credential("c0", "g2", state=C.LIVE, slot=1))
    return work


def refuses(ledger: SqlUnitOfWork, *rows: Any) -> bool:
    """The first rows are accepted, the last one isn't."""
    with ledger._engine.connect() as connection:
        put(connection, *rows[:-1])
        with pytest.raises(IntegrityError):
            put(connection, rows[-1])
        connection.rollback()
    return True


@dataclass(frozen=True)
class Bad:
    """One column written raw, bypassing our types."""

    table: str
    column: str
    value: str


WORDS = [
    Bad("request", "state", "'open'"),
    Bad("request", "kind", "'old'"),
    Bad("grants", "state", "'live'"),
    Bad("credential", "state", "'lost'"),
    Bad("credential", "kind", "'password'"),
    Bad("credential", "pending_action", "'go'"),
    Bad("credential", "slot", "0"),
    Bad("credential", "slot", "3"),
    Bad("tombstone", "outcome", "'eaten'"),
    Bad("finding", "kind", "'odd'"),
    Bad("decision", "answer", "'perhaps'"),
    Bad("outbox", "notice", "'spam'"),
]


@pytest.mark.parametrize("bad", WORDS, ids=lambda bad: f"{bad.table}-{bad.column}-{bad.value}")
def test_no_value_except_the_listed_ones(ledger: SqlUnitOfWork, bad: Bad) -> None:
    plant(ledger, a_tombstone(credential="c0"), a_finding())
    with ledger._engine.begin() as connection:
        connection.execute(
            insert(tables.decision).values(
                request="r1", approver="U02BOB", answer="approve", justification="", made_at=START
            )
        )
        connection.execute(
            insert(tables.outbox).values(notice="grant:owner", subject="g1", to="U", wanted=1, done=0, due_at=START)
        )
    with pytest.raises(IntegrityError), ledger._engine.begin() as connection:
        connection.execute(text(f"UPDATE {bad.table} SET {bad.column} = {bad.value}"))


@pytest.mark.parametrize("state", sorted(UNDER_WAY))
@pytest.mark.parametrize("first", sorted(UNDER_WAY))
def test_one_credential_of_a_grant_is_under_way(ledger: SqlUnitOfWork, first: C, state: C) -> None:
    assert refuses(ledger, a_credential("c1", state=first), a_credential("c2", state=state))
    plant(ledger, a_credential("c3", state=first), a_credential("c4", "g2", state=state))


@pytest.mark.parametrize("state", sorted(set(C) - UNDER_WAY))
def test_any_other_may_stand_beside_it(ledger: SqlUnitOfWork, state: C) -> None:
    plant(ledger, a_credential("c1"), a_credential("c2", state=state), a_credential("c3", state=state))


@pytest.mark.parametrize("state", KEYED)
def test_it_is_known_by_its_key_id(ledger: SqlUnitOfWork, state: C) -> None:
    assert refuses(ledger, a_credential("c1", state=state, access_key_id=None))


def test_an_intent_and_a_failure_need_no_key_id(ledger: SqlUnitOfWork) -> None:
    plant(ledger, a_credential("c1"), a_credential("c2", state=C.FAILED), a_credential("c3", state=C.FAILED))


def test_access_key_ids_are_unique(ledger: SqlUnitOfWork) -> None:
    same = {"access_key_id": "AKIASAME", "state": C.DELETED}
    assert refuses(ledger, a_credential("c1", **same), a_credential("c2", "g2", **same))


def test_a_slot_holds_one_key_until_it_is_gone(ledger: SqlUnitOfWork) -> None:
    held = a_credential("c1", state=C.DISCARDED, slot=1)
    assert refuses(ledger, held, a_credential("c2", slot=1))
    plant(ledger, a_credential("c3", state=C.DISCARDED, slot=1, gone_at=START), a_credential("c4", slot=1))
    plant(ledger, a_credential("c5", state=C.LIVE, slot=2))
    assert refuses(ledger, a_credential("c6", state=C.LIVE, slot=2))


@pytest.mark.parametrize("change", [{"slot": 1}, {"state": C.RETIRING}], ids=["slot", "retiring"])
def test_a_session_has_no_slot_and_never_retires(ledger: SqlUnitOfWork, change: dict[str, Any]) -> None:
    assert refuses(ledger, a_credential("c1", **{"kind": Kind.SESSION, "state": C.LIVE, **change}))
    plant(ledger, a_credential("c2", kind=Kind.SESSION, state=C.LIVE))


@pytest.mark.parametrize("state", [G.ACTIVE, G.EXPIRED])
def test_an_active_grant_has_a_lease(ledger: SqlUnitOfWork, state: G) -> None:
    assert refuses(ledger, a_request("r3"), a_grant("g3", "r3", state=state, lease_until=None, ended_at=START))


@pytest.mark.parametrize("state", OVER)
def test_a_grant_that_is_over_has_an_end(ledger: SqlUnitOfWork, state: G) -> None:
    assert refuses(ledger, a_request("r3"), a_grant("g3", "r3", state=state, lease_until=START, ended_at=None))


def test_a_request_makes_one_grant(ledger: SqlUnitOfWork) -> None:
    assert refuses(ledger, a_grant("g3", "r1"))


def test_a_credential_has_one_envelope(ledger: SqlUnitOfWork) -> None:
    assert refuses(ledger, an_envelope("e1", "c0"), an_envelope("e2", "c0"))


def test_a_finding_is_open_once_for_each_key_and_kind(ledger: SqlUnitOfWork) -> None:
    assert refuses(ledger, a_finding("f1"), a_finding("f2"))
    plant(ledger, a_finding("f1", closed_at=START), a_finding("f2"), a_finding("f3", access_key_id="AKIAOTHER"))


@pytest.mark.parametrize(
    "row",
    [a_grant("g3", "r9"), a_credential("c9", "g9"), an_envelope("e9", "c9"), a_tombstone("e9", "c9")],
    ids=["grant", "credential", "envelope", "tombstone"],
)
def test_no_request_is_left_unanswered(ledger: SqlUnitOfWork, row: Any) -> None:
    assert refuses(ledger, row)


@pytest.mark.parametrize("table", ["outbox", "message"])
def test_one_row_for_each_place(engine: Engine, table: str) -> None:
    place = {"notice": "grant:owner", "subject": "g1", "to": "U01ALICE"}
    rest: dict[str, dict[str, object]] = {
        "outbox": {"wanted": 1, "done": 0, "due_at": START},
        "message": {"channel": "D1", "ts": "1.2", "revision": 1, "posted_at": START},
    }
    row = insert(tables.metadata.tables[table]).values(**place, **rest[table])
    with engine.begin() as connection:
        connection.execute(row)
    with pytest.raises(IntegrityError), engine.begin() as connection:
        connection.execute(row)


def test_a_naive_moment_is_refused(work: SqlUnitOfWork) -> None:
    naive = START.replace(tzinfo=None) + timedelta(hours=1)
    with pytest.raises(StatementError, match="time zone"):
        plant(work, a_request(decide_by=naive))
    with pytest.raises(StatementError, match="time zone"), work.begin() as tx:
        tx.requests.due(naive, 1)
