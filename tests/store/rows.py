"""Rows for the ledger's tests: valid by default, changed where a test says so."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, insert

from bot.domain.catalog import Kind
from bot.domain.credential import Credential, Envelope, Tombstone
from bot.domain.grant import Grant
from bot.domain.hygiene.finding import Finding, FindingKind
from bot.domain.ids import AccessKeyId, AccountName, CredentialId, EntitlementId, EnvelopeId, GrantId, RequestId
from bot.domain.lifecycle import CredentialState, GrantState, RequestState
from bot.domain.requests.request import Request, RequestKind
from bot.store import tables
from bot.store.rows import write
from bot.store.work import SqlUnitOfWork
from tests.fakes import ALICE, START

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
READ = EntitlementId("reports-read")
PROOF = bytes(range(32))
OTHER_PROOF = bytes(32)


def a_request(name: str = "r1", **changes: Any) -> Request:
    made = Request(
        RequestId(name),
        RequestKind.NEW,
        READ,
        ALICE,
        ALICE,
        8 * HOUR,
        "the report",
        RequestState.REQUESTED,
        START,
        START + DAY,
    )
    return replace(made, **changes)


def a_grant(name: str = "g1", request: str = "r1", **changes: Any) -> Grant:
    """Ended states get an end and active ones a lease, as the constraints require."""
    made = Grant(
        GrantId(name),
        RequestId(request),
        READ,
        AccountName("main"),
        ALICE,
        8 * HOUR,
        GrantState.APPROVED,
        START,
        START + DAY,
    )
    made = replace(made, **changes)
    if made.state in {GrantState.ACTIVE, GrantState.EXPIRED} and "lease_until" not in changes:
        made = replace(made, lease_until=START + 8 * HOUR)
    return replace(made, ended_at=START) if made.is_over and "ended_at" not in changes else made


def a_credential(name: str = "c1", grant: str = "g1", **changes: Any) -> Credential:
    """Every state except issuing and failed gets an access key id, as the constraint requires."""
    made = Credential(
        CredentialId(name),
        GrantId(grant),
        Kind.ACCESS_KEY,
        CredentialState.ISSUING,
        START,
        START + timedelta(seconds=30),
    )
    made = replace(made, **changes)
    keyless = made.state in {CredentialState.ISSUING, CredentialState.FAILED} or "access_key_id" in changes
    return made if keyless else replace(made, access_key_id=AccessKeyId(f"AKIA{name.upper()}"))


def an_envelope(name: str = "e1", credential: str = "c1", **changes: Any) -> Envelope:
    made = Envelope(
        EnvelopeId(name), CredentialId(credential), ALICE, PROOF, b"n" * 12, b"aad", b"sealed", START + 10 * HOUR / 60
    )
    return replace(made, **changes)


def a_tombstone(name: str = "e1", credential: str = "c1", **changes: Any) -> Tombstone:
    return replace(Tombstone(EnvelopeId(name), CredentialId(credential), ALICE, PROOF, "expired", START), **changes)


def a_finding(name: str = "f1", **changes: Any) -> Finding:
    made = Finding(name, FindingKind.UNUSED, None, ALICE, "AKIAOLD", START, "not used for 50 days")
    return replace(made, **changes)


TABLE = {
    Request: tables.request,
    Grant: tables.grants,
    Credential: tables.credential,
    Envelope: tables.envelope,
    Tombstone: tables.tombstone,
    Finding: tables.finding,
}


def put(connection: Connection, *rows: Any) -> None:
    """Straight into the tables: a repository isn't tested with itself."""
    for each in rows:
        connection.execute(insert(TABLE[type(each)]).values(write(each)))


def plant(work: SqlUnitOfWork, *rows: Any) -> None:
    with work._engine.begin() as connection:
        put(connection, *rows)


def plant_grants(work: SqlUnitOfWork, *grants: Grant) -> None:
    """Each with its own request."""
    for each in grants:
        plant(work, a_request(each.request), each)
