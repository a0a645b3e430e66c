"""Reveal: whoever brings the right proof first gets the ciphertext, once. Receipt: the page says that it opened it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from bot.domain.catalog import Catalog
from bot.domain.credential import Credential, Envelope, Tombstone
from bot.domain.events import Notice, Tag
from bot.domain.ids import EnvelopeId
from bot.domain.lifecycle import CredentialState, GrantState
from bot.flows import intent, rotate
from bot.ports import Clock, Tx, Work


@dataclass(frozen=True, slots=True)
class Opened:
    nonce: bytes
    aad: bytes
    ciphertext: bytes


@dataclass(frozen=True, slots=True)
class Dead:
    """Right proof, dead envelope. `outcome` is revealed, expired or discarded."""

    outcome: str
    at: datetime


def reveal(
    work: Work, clock: Clock, *, envelope: EnvelopeId, proof: bytes, ip: str, browser: str
) -> Opened | Dead | None:
    """None for an unknown id or a wrong proof, which burns nothing. The commit comes before the answer."""
    now = clock.now()
    proof_hash = hashlib.sha256(proof).digest()
    with work.begin() as tx:
        won = tx.envelopes.take(envelope, proof_hash, now)
        if won is not None:
            return _open(tx, won, now, ip, browser)
        if overdue := tx.envelopes.find(envelope, proof_hash):
            return _too_late(tx, overdue, now)
        if dead := tx.envelopes.tombstone(envelope, proof_hash):
            return _knock(tx, dead, now, ip, browser)
    return None


def _open(tx: Tx, won: Envelope, now: datetime, ip: str, browser: str) -> Opened | Dead:
    credential = tx.credentials.get(won.credential)
    grant = tx.grants.get(credential.grant) if credential else None
    # An approved grant past collect_by still counts: this collect began in time.
    open_ = grant is not None and (grant.state is GrantState.APPROVED or grant.state_at(now) is GrantState.ACTIVE)
    if credential is None or grant is None or not open_:
        tx.envelopes.bury(Tombstone(won.id, won.credential, won.owner, won.proof_hash, "expired", now))
        if credential is not None:
            intent.drop(tx, credential, CredentialState.DISCARDED, now)
        return Dead("expired", now)
    tx.envelopes.bury(Tombstone(won.id, won.credential, won.owner, won.proof_hash, "revealed", now))
    facts = {"ip": ip, "browser": browser}
    tx.move(credential.id, CredentialState.SEALED, CredentialState.REVEALED, by=won.owner, at=now, facts=facts)
    tx.credentials.set(credential.id, revealed_ip=ip, revealed_browser=browser)
    if grant.state is GrantState.APPROVED:
        tx.move(grant.id, GrantState.APPROVED, GrantState.ACTIVE, by=won.owner, at=now)
    tx.outbox.again(Notice.GRANT, grant.id)
    return Opened(won.nonce, won.aad, won.ciphertext)


def _too_late(tx: Tx, overdue: Envelope, now: datetime) -> Dead:
    credential = tx.credentials.get(overdue.credential)
    if credential is not None:
        tx.envelopes.destroy(credential.id, "expired", now)
        intent.drop_and_tell(tx, credential, CredentialState.DISCARDED, now, "not-opened")
    return Dead("expired", overdue.expires_at)


def _knock(tx: Tx, dead: Tombstone, now: datetime, ip: str, browser: str) -> Dead:
    """The owner hears once per dead envelope that somebody tried its link."""
    if tx.envelopes.first_knock(dead.id, now):
        facts = {"ip": ip, "browser": browser, "outcome": dead.outcome}
        tx.record(Tag.ENVELOPE_KNOCKED, dead.credential, by=dead.owner, at=now, facts=facts)
        credential = tx.credentials.get(dead.credential)
        unsure = credential is not None and credential.state is CredentialState.REVEALED
        tx.outbox.want(Notice.DID_YOU_GET_IT if unsure else Notice.KNOCKED, dead.credential, dead.owner)
    return Dead(dead.outcome, dead.at)


def receipt(work: Work, clock: Clock, catalog: Catalog, *, envelope: EnvelopeId, proof: bytes) -> bool:
    """True, also when repeated; False for a wrong proof or an envelope that was never revealed."""
    now = clock.now()
    with work.begin() as tx:
        dead = tx.envelopes.tombstone(envelope, hashlib.sha256(proof).digest())
        if dead is None or dead.outcome != "revealed":
            return False
        credential = tx.credentials.get(dead.credential)
        if credential is not None:
            settle(tx, catalog, credential, now, by=dead.owner)
    return True


def settle(tx: Tx, catalog: Catalog, credential: Credential, now: datetime, *, by: str) -> bool:
    """revealed → live: the owner has it. A rotation's clock for the older key begins here."""
    if not tx.move(credential.id, CredentialState.REVEALED, CredentialState.LIVE, by=by, at=now):
        return False
    rotate.start_overlap(tx, catalog, credential, now)
    tx.outbox.again(Notice.DID_YOU_GET_IT, credential.id)
    tx.outbox.again(Notice.GRANT, credential.grant)
    return True
