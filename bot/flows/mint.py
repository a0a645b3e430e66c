"""The worker's half of collect: claim one intent, make the credential, seal it, show the link. Step by step as §3."""

import json
from dataclasses import dataclass
from datetime import datetime

from bot import sealing
from bot.domain.catalog import Catalog, Entitlement, Kind
from bot.domain.credential import Envelope
from bot.domain.errors import AwsError, Doubtful, Reason, Refused
from bot.domain.events import Tag
from bot.domain.grant import Grant
from bot.domain.ids import ID_BYTES, AccessKeyId, CredentialId, EnvelopeId, fresh_id
from bot.domain.lifecycle import CredentialState, GrantState
from bot.domain.policy import count
from bot.domain.request import Request
from bot.domain.schedule import SEAL_LASTS
from bot.flows import intent, reconcile, rules
from bot.ports import Clock, Entropy, Iam, Notifier, People, UserSpec, Work
from bot.secret import Secret

SEED_BYTES = 32
NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Minter:
    """Everything that a mint needs, wired once."""

    work: Work
    clock: Clock
    entropy: Entropy
    iam: Iam
    notifier: Notifier
    people: People
    catalog: Catalog
    public_url: str
    worker: str


@dataclass(frozen=True, slots=True)
class _Made:
    key: AccessKeyId
    plaintext: Secret


def mint(m: Minter, credential: CredentialId) -> bool:
    """False when another worker claimed it, or it is no longer wanted. Never raises what AWS or Slack said."""
    now = m.clock.now()
    with m.work.begin() as tx:
        if not tx.credentials.claim(credential, m.worker, now):
            return False
        tx.record(Tag.CREDENTIAL_CLAIMED, credential, by=m.worker, at=now)
    try:
        spec = _evaluate(m, credential)
        made = _session(m, credential, spec) if spec.entitlement.kind is Kind.SESSION else _key(m, credential, spec)
    except Doubtful:
        _give_up(m, credential, "doubtful")
        return True
    except Refused as refusal:
        _give_up(m, credential, refusal.reason.value, free_slot=True)
        return True
    except AwsError as error:
        _give_up(m, credential, f"aws:{error.code or error.call}", free_slot=True)
        return True
    _hand_over(m, credential, spec.grant, made)
    return True


def _evaluate(m: Minter, credential: CredentialId) -> UserSpec:
    """The policy once more over the decision rows, by the worker's own catalog. Raises Refused."""
    with m.work.begin() as tx:
        row = tx.credentials.get(credential)
        grant = tx.grants.get(row.grant) if row else None
        request = tx.requests.get(grant.request) if grant else None
        decisions = tx.decisions.of(request.id) if request else ()
        if tx.flag(intent.PAUSED):
            raise Refused(Reason.PAUSED)
    if grant is None or request is None or grant.lease_until is None or grant.owner != request.requester:
        raise Refused(Reason.NOT_FOUND)
    wanted = rules.entitlement_of(m.catalog, grant.entitlement)
    _within(wanted, grant, request, m.clock.now())
    rules.member(m.people, grant.owner)
    approvers = frozenset(each.approver for each in decisions)
    if grant.state is GrantState.APPROVED:  # a rotation needs no approver to be in office still
        approvers = rules.approvers_now(m.people, m.catalog, wanted)
    quorum = count(decisions, needed=wanted.approvals, requester=request.requester, approvers=approvers)
    if not quorum.reached:
        raise Refused(Reason.NOT_APPROVER)
    account = m.catalog.account_of(wanted)
    return UserSpec(account, wanted, grant, request.requester, tuple(sorted(quorum.approved_by)))


def _within(wanted: Entitlement, grant: Grant, request: Request, now: datetime) -> None:
    """What a writer of the database could have stretched: the account, the entitlement, the lease."""
    if grant.account != wanted.account or request.entitlement != wanted.id or not wanted.offered_to(grant.owner):
        raise Refused(Reason.ENTITLEMENT_GONE, entitlement=wanted.id)
    if grant.state_at(now) not in {GrantState.APPROVED, GrantState.ACTIVE}:
        raise Refused(Reason.GRANT_OVER, state=grant.state_at(now))
    if grant.lease_until is None or grant.lease_until > now + wanted.max_duration:
        raise Refused(Reason.TOO_LONG, longest=wanted.max_duration)


def _key(m: Minter, credential: CredentialId, spec: UserSpec) -> _Made:
    grant, account = spec.grant, spec.account
    m.iam.prepare(spec, by=grant.owner)
    with m.work.begin() as tx:
        leftovers = tx.credentials.of(grant.id)
    for each in leftovers:
        if each.state is CredentialState.DISCARDED and each.gone_at is None and each.access_key_id:
            reconcile.remove_key(m.work, m.clock, m.iam, account, grant, each)
    with m.work.begin() as tx:
        if tx.credentials.take_slot(credential) is None:
            raise Refused(Reason.BOTH_SLOTS)
    key = m.iam.create_key(account, grant.iam_user, by=grant.owner)
    with m.work.begin() as tx:
        tx.credentials.keep_key(credential, key.id, key.created_at, None)
        tx.record(Tag.CREDENTIAL_MINTED, credential, by=m.worker, at=m.clock.now(), facts={"key": key.id})
    lease = grant.lease_until.isoformat() if grant.lease_until else ""
    return _Made(key.id, _plaintext(access_key_id=key.id, secret_access_key=key.secret.reveal(), expires_at=lease))


def _session(m: Minter, credential: CredentialId, spec: UserSpec) -> _Made:
    seconds = m.iam.session_seconds(spec, m.clock.now())
    session = m.iam.assume(spec, seconds, by=spec.grant.owner)
    now = m.clock.now()
    with m.work.begin() as tx:
        tx.credentials.keep_key(credential, session.id, now, session.ends_at)
        tx.record(Tag.CREDENTIAL_MINTED, credential, by=m.worker, at=now, facts={"key": session.id})
    return _Made(
        session.id,
        _plaintext(
            access_key_id=session.id,
            secret_access_key=session.secret.reveal(),
            session_token=session.token.reveal(),
            expires_at=session.ends_at.isoformat(),
        ),
    )


def _plaintext(**fields: str) -> Secret:
    return Secret(json.dumps(fields, separators=(",", ":")))


def _hand_over(m: Minter, credential: CredentialId, grant: Grant, made: _Made) -> None:
    """Seal, commit, show. A window that is closed, or a grant that ended meanwhile, means discard."""
    seed = m.entropy.bytes(SEED_BYTES)
    envelope = EnvelopeId(fresh_id(m.entropy.bytes(ID_BYTES)))
    until = m.clock.now() + SEAL_LASTS
    view_id = _seal(m, credential, grant, made, envelope, seed, until)
    if view_id is None:
        return
    link = sealing.link(m.public_url, envelope, seed)
    del seed, made
    if not m.notifier.show_link(view_id, link, until, credential):
        _discard(m, credential, grant, "window-closed")


def _seal(
    m: Minter, credential: CredentialId, grant: Grant, made: _Made, envelope: EnvelopeId, seed: bytes, until: datetime
) -> str | None:
    """The newest window of the owner, or None when there is nothing to show any more."""
    sealed = sealing.seal(
        seed,
        envelope=envelope,
        owner=grant.owner,
        access_key_id=made.key,
        plaintext=made.plaintext.reveal().encode(),
        nonce=m.entropy.bytes(NONCE_BYTES),
    )
    proof_hash = sealing.proof_hash(sealing.proof_of(seed, envelope))
    row = Envelope(envelope, credential, grant.owner, proof_hash, sealed.nonce, sealed.aad, sealed.ciphertext, until)
    now = m.clock.now()
    with m.work.begin() as tx:
        fresh = tx.credentials.get(credential)
        if fresh is None or fresh.state is not CredentialState.ISSUING:
            return None
        if not tx.grants.lock(grant.id):
            intent.drop(tx, fresh, CredentialState.DISCARDED, now)
            tx.grants.try_again_at(grant.id, now)  # the tear-down meets this key too
            return None
        tx.move(credential, CredentialState.ISSUING, CredentialState.SEALED, by=m.worker, at=now)
        tx.envelopes.add(row)
        tx.credentials.set(credential, envelope=envelope, sealed_until=until)
        return fresh.view_id or ""


def _discard(m: Minter, credential: CredentialId, grant: Grant, why: str) -> None:
    now = m.clock.now()
    with m.work.begin() as tx:
        row = tx.credentials.get(credential)
        if row is None or not intent.drop_and_tell(tx, row, CredentialState.DISCARDED, now, why):
            return
    if row.kind is Kind.ACCESS_KEY:
        reconcile.remove_key(m.work, m.clock, m.iam, m.catalog.accounts[grant.account], grant, row)


def _give_up(m: Minter, credential: CredentialId, why: str, *, free_slot: bool = False) -> None:
    """Failed, in words for the owner. A doubtful key keeps its slot and wakes the reconciler."""
    now = m.clock.now()
    with m.work.begin() as tx:
        row = tx.credentials.get(credential)
        if row is None or row.state is not CredentialState.ISSUING:
            return
        intent.drop_and_tell(tx, row, CredentialState.FAILED, now, why)
        if free_slot:
            tx.credentials.set(credential, slot=None)
        tx.grants.try_again_at(row.grant, now)
    if row.view_id:
        m.notifier.show_failure(row.view_id, why)
