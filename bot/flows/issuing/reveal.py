"""Reveal: the first request with the right proof gets the ciphertext, once."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from bot.domain.credential import Credential, Envelope, Outcome, Tombstone, still_running
from bot.domain.events import Notice, Tag
from bot.domain.grant import Grant
from bot.domain.ids import EnvelopeId
from bot.domain.lifecycle import CredentialState as C
from bot.domain.lifecycle import GrantState
from bot.flows.issuing import intent
from bot.ports import Clock, Transaction, UnitOfWork

IP_MOST, BROWSER_MOST = 64, 255  # what the ledger keeps of them


@dataclass(frozen=True, slots=True)
class Opened:
    nonce: bytes
    aad: bytes
    ciphertext: bytes


@dataclass(frozen=True, slots=True)
class Dead:
    """The right proof for an envelope that is gone."""

    outcome: Outcome
    at: datetime
    over: str | None = None  # how its grant ended since
    works_until: datetime | None = None  # a session that was handed out, and that AWS still answers all the same


def reveal(
    work: UnitOfWork, clock: Clock, *, envelope: EnvelopeId, proof: bytes, ip: str, browser: str
) -> Opened | Dead | None:
    """None for an unknown id or a wrong proof, which burns nothing. The commit comes before the answer."""
    now = clock.now()
    proof_hash = hashlib.sha256(proof).digest()
    ip, browser = ip[:IP_MOST], browser[:BROWSER_MOST]
    with work.begin() as tx:
        seen = tx.envelopes.find(envelope, proof_hash)
        pair = intent.held(tx, seen.credential) if seen else None  # before the envelope: the order of revoke
        if pair is not None:
            won = tx.envelopes.take(envelope, proof_hash, now)
            if won is not None:
                return _open(tx, won, *pair, now, {"ip": ip, "browser": browser})
            if overdue := tx.envelopes.find(envelope, proof_hash):
                return _too_late(tx, overdue, pair[0], now)
        if dead := tx.envelopes.tombstone(envelope, proof_hash):
            return _report_reuse(tx, dead, now, ip, browser)
    return None


def _open(
    tx: Transaction, won: Envelope, credential: Credential, grant: Grant, now: datetime, facts: dict[str, str]
) -> Opened | Dead:
    """The answer to the first request. Every transition must succeed, or the ciphertext isn't returned."""
    first = grant.state is GrantState.APPROVED
    opened = (
        grant.still_issues(now)
        and tx.transition(credential.id, C.SEALED, C.REVEALED, by=won.owner, at=now, facts=facts)
        and (not first or tx.transition(grant.id, GrantState.APPROVED, GrantState.ACTIVE, by=won.owner, at=now))
    )
    outcome = Outcome.REVEALED if opened else Outcome.ENDED
    tx.envelopes.leave_tombstone(Tombstone(won.id, won.credential, won.owner, won.proof_hash, outcome, now))
    if not opened:
        if credential.state is C.SEALED:
            intent.drop(tx, credential, C.DISCARDED, now)
        return Dead(outcome, now)
    tx.credentials.set(credential.id, revealed_ip=facts["ip"], revealed_browser=facts["browser"])
    tx.outbox.refresh(Notice.GRANT, grant.id)
    intent.redraw(tx, credential.id, credential.view_id)
    return Opened(won.nonce, won.aad, won.ciphertext)


def _too_late(tx: Transaction, overdue: Envelope, credential: Credential, now: datetime) -> Dead:
    if credential.state is C.SEALED:
        intent.drop_and_notify(tx, credential, C.DISCARDED, now, "not-opened", outcome=Outcome.EXPIRED)
    return Dead(Outcome.EXPIRED, overdue.expires_at)


def _report_reuse(tx: Transaction, dead: Tombstone, now: datetime, ip: str, browser: str) -> Dead:
    """Notify the owner once for each dead envelope whose link somebody tried."""
    credential = tx.credentials.get(dead.credential)
    grant = tx.grants.get(credential.grant) if credential else None
    if tx.envelopes.mark_reuse_reported(dead.id, now):
        facts = {"ip": ip, "browser": browser, "outcome": dead.outcome}
        tx.record(Tag.ENVELOPE_KNOCKED, dead.credential, by=dead.owner, at=now, facts=facts)
        unsure = credential is not None and credential.state is C.REVEALED
        tx.outbox.enqueue(Notice.DID_YOU_GET_IT if unsure else Notice.KNOCKED, dead.credential, dead.owner)
    over = grant.stands(now) if grant is not None and grant.is_over else None
    running = still_running((credential,), now) if credential and over else ()
    return Dead(dead.outcome, dead.at, over, running[0].ends_at if running else None)
