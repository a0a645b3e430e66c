"""Reveal: whoever brings the right proof first gets the ciphertext, once. Receipt: the page says that it opened it."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from bot.domain.catalog import Catalog, Kind
from bot.domain.credential import Credential, Envelope, Outcome, Tombstone, still_running
from bot.domain.errors import Reason, Refused
from bot.domain.events import Notice, Tag
from bot.domain.grant import Grant
from bot.domain.ids import CredentialId, DeliveryId, EnvelopeId, SlackUserId
from bot.domain.lifecycle import CredentialState as C
from bot.domain.lifecycle import GrantState
from bot.flows.context import Context
from bot.flows.issuing import intent
from bot.flows.issuing.collect import owned
from bot.flows.lifecycle import rotate
from bot.ports import Clock, Transaction, UnitOfWork

IP_MOST, BROWSER_MOST = 64, 255  # what the ledger keeps of them


@dataclass(frozen=True, slots=True)
class Opened:
    nonce: bytes
    aad: bytes
    ciphertext: bytes


@dataclass(frozen=True, slots=True)
class Dead:
    """Right proof, dead envelope."""

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
            return _knock(tx, dead, now, ip, browser)
    return None


def _open(
    tx: Transaction, won: Envelope, credential: Credential, grant: Grant, now: datetime, facts: dict[str, str]
) -> Opened | Dead:
    """The winner's answer. Every move must succeed, or the ciphertext goes nowhere."""
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
        intent.drop_and_tell(tx, credential, C.DISCARDED, now, "not-opened", outcome=Outcome.EXPIRED)
    return Dead(Outcome.EXPIRED, overdue.expires_at)


def _knock(tx: Transaction, dead: Tombstone, now: datetime, ip: str, browser: str) -> Dead:
    """The owner hears once per dead envelope that somebody tried its link."""
    credential = tx.credentials.get(dead.credential)
    grant = tx.grants.get(credential.grant) if credential else None
    if tx.envelopes.first_knock(dead.id, now):
        facts = {"ip": ip, "browser": browser, "outcome": dead.outcome}
        tx.record(Tag.ENVELOPE_KNOCKED, dead.credential, by=dead.owner, at=now, facts=facts)
        unsure = credential is not None and credential.state is C.REVEALED
        tx.outbox.enqueue(Notice.DID_YOU_GET_IT if unsure else Notice.KNOCKED, dead.credential, dead.owner)
    over = grant.stands(now) if grant is not None and grant.is_over else None
    running = still_running((credential,), now) if credential and over else ()
    return Dead(dead.outcome, dead.at, over, running[0].ends_at if running else None)


def receipt(work: UnitOfWork, clock: Clock, catalog: Catalog, *, envelope: EnvelopeId, proof: bytes) -> bool:
    """True, also when repeated; False for a wrong proof or an envelope that was never revealed."""
    now = clock.now()
    with work.begin() as tx:
        dead = tx.envelopes.tombstone(envelope, hashlib.sha256(proof).digest())
        if dead is None or dead.outcome is not Outcome.REVEALED:
            return False
        pair = intent.held(tx, dead.credential)
        if pair is not None:
            settle(tx, catalog, *pair, now, by=dead.owner)
    return True


def confirm(context: Context, *, credential: CredentialId, by: SlackUserId, delivery: DeliveryId | None) -> None:
    """The owner's own answer in the receipt's place: yes, I got it. Raises Refused, AlreadyDone."""
    now = context.clock.now()
    with context.work.begin(delivery) as tx:
        _, grant = owned(tx, credential, by)
        held = intent.lock(tx, grant, now)
        found, _ = owned(tx, credential, by)
        if not settle(tx, context.catalog, found, held, now, by=by) and found.state is not C.LIVE:
            raise Refused(Reason.SOMEBODY_WAS_FIRST, state=found.state)


def settle(tx: Transaction, catalog: Catalog, credential: Credential, grant: Grant, now: datetime, *, by: str) -> bool:
    """revealed → live: the owner has it. A rotation's clock for the older key begins here. Nothing once it is over."""
    if grant.state_at(now) is not GrantState.ACTIVE or not tx.transition(
        credential.id, C.REVEALED, C.LIVE, by=by, at=now
    ):
        return False
    if credential.kind is Kind.ACCESS_KEY:
        for each in rotate.others(tx.credentials.of(grant.id), credential):
            rotate.start_overlap(tx, catalog, each, grant.owner, now)
    tx.outbox.refresh(Notice.DID_YOU_GET_IT, credential.id)
    tx.outbox.refresh(Notice.GRANT, credential.grant)
    return True
