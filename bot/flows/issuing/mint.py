"""The worker's half of Collect: claim one intent, create the credential, seal it and show the link."""

import json
from dataclasses import dataclass
from datetime import datetime

from bot import sealing
from bot.domain.catalog import Kind
from bot.domain.credential import Credential, Envelope
from bot.domain.errors import AwsError, Doubtful, Reason, Refused
from bot.domain.events import Tag
from bot.domain.grant import Grant
from bot.domain.ids import ID_BYTES, AccessKeyId, CredentialId, EnvelopeId, fresh_id
from bot.domain.issuing.session import session_name
from bot.domain.lifecycle import CredentialState, GrantState
from bot.domain.schedule import SEAL_LASTS
from bot.flows.context import AwsContext
from bot.flows.issuing import intent, lease, mfa_device, recheck, recover, removal, session_end
from bot.ports import Notifier, UserSpec
from bot.secret import Secret

SEED_BYTES = 32
NONCE_BYTES = 12


@dataclass(frozen=True, slots=True)
class Minter:
    """Everything that a mint needs, wired once."""

    context: AwsContext
    notifier: Notifier
    public_url: str
    worker: str


@dataclass(frozen=True, slots=True)
class _Made:
    key: AccessKeyId
    plaintext: Secret


def mint(m: Minter, credential: CredentialId) -> bool:
    """False if another worker claimed it, or it is no longer wanted. Never raises an error of AWS or Slack.

    Any other error is raised after the intent is released: while this worker is alive, no other one would take it over.
    """
    if not _claim(m, credential):
        return False
    try:
        spec = recheck.evaluate(m.context, credential)
        lease.record(m.context, spec, "mint", by=m.worker)
        made = _session(m, credential, spec) if spec.entitlement.kind is Kind.SESSION else _key(m, credential, spec)
        _hand_over(m, credential, spec.grant, made)
    except Doubtful:
        _give_up(m, credential, "doubtful")
    except Refused as refusal:
        _give_up(m, credential, refusal.reason.value, free_slot=True)
    except AwsError as error:
        _give_up(m, credential, f"aws:{error.code or error.call}", free_slot=True)
    except Exception:  # release the intent now instead of after its claim of five minutes, then raise
        _let_go(m, credential)
        raise
    return True


def _claim(m: Minter, credential: CredentialId) -> bool:
    """Under the grant's lock, so that a Collect that finds the intent unclaimed can rely on it."""
    now = m.context.clock.now()
    with m.context.work.begin() as tx:
        intent.held(tx, credential)
        if not tx.credentials.claim(credential, m.worker, now):
            return False
        tx.record(Tag.CREDENTIAL_CLAIMED, credential, by=m.worker, at=now)
    return True


def _key(m: Minter, credential: CredentialId, spec: UserSpec) -> _Made:
    grant, account = spec.grant, spec.account
    m.context.iam.prepare(spec, by=grant.owner)
    with m.context.work.begin() as tx:
        leftovers = tuple(each for each in tx.credentials.of(grant.id) if _leftover(each))
    removal.remove_all(m.context, leftovers)
    with m.context.work.begin() as tx:
        if tx.credentials.take_slot(credential) is None:
            raise Refused(Reason.BOTH_SLOTS)
    mfa = mfa_device.ready(m.context, credential, spec).fields(spec) if spec.entitlement.mfa else {}
    key = m.context.iam.create_key(account, grant.iam_user, by=grant.owner)
    with m.context.work.begin() as tx:
        tx.credentials.store_key(credential, key.id, key.created_at, None)
        tx.record(Tag.CREDENTIAL_MINTED, credential, by=m.worker, at=m.context.clock.now(), facts={"key": key.id})
    lease = grant.lease_until.isoformat() if grant.lease_until else ""
    return _Made(
        key.id, _plaintext(access_key_id=key.id, secret_access_key=key.secret.reveal(), expires_at=lease, **mfa)
    )


def _leftover(row: Credential) -> bool:
    """A key of this grant that nobody may use but that still takes a slot. Never one that its owner has."""
    there = row.access_key_id is not None and row.gone_at is None
    return there and (row.state is CredentialState.DISCARDED or row.replaced)


def _session(m: Minter, credential: CredentialId, spec: UserSpec) -> _Made:
    """Its session policy ends it with the lease, even if AWS's minimum of 900 seconds reaches further."""
    seconds = m.context.iam.session_seconds(spec, m.context.clock.now())
    name = session_name(spec.grant.id, credential)
    session = m.context.iam.assume(spec, seconds, name=name, by=spec.grant.owner)
    now = m.context.clock.now()
    ends_at = min(session.ends_at, spec.grant.lease_until or session.ends_at)
    with m.context.work.begin() as tx:
        tx.credentials.store_key(credential, session.id, now, ends_at)
        tx.credentials.set(credential, session_name=name, role_arn=spec.entitlement.role_arn)
        tx.record(Tag.CREDENTIAL_MINTED, credential, by=m.worker, at=now, facts={"key": session.id})
    return _Made(
        session.id,
        _plaintext(
            access_key_id=session.id,
            secret_access_key=session.secret.reveal(),
            session_token=session.token.reveal(),
            expires_at=ends_at.isoformat(),
        ),
    )


def _plaintext(**fields: str) -> Secret:
    return Secret(json.dumps(fields, separators=(",", ":")))


def _hand_over(m: Minter, credential: CredentialId, grant: Grant, made: _Made) -> None:
    """Seal, commit, show. If the window was closed or the grant ended meanwhile, discard the credential."""
    seed = m.context.entropy.bytes(SEED_BYTES)
    envelope = EnvelopeId(fresh_id(m.context.entropy.bytes(ID_BYTES)))
    until = m.context.clock.now() + SEAL_LASTS
    view_id = _seal(m, credential, grant, made, envelope, seed, until)
    if view_id is None:
        return
    link = sealing.link(m.public_url, envelope, seed)
    del seed, made
    if not m.notifier.show_link(view_id, link, until, credential):
        _discard(m, credential, "window-closed")


def _seal(
    m: Minter, credential: CredentialId, grant: Grant, made: _Made, envelope: EnvelopeId, seed: bytes, until: datetime
) -> str | None:
    """Returns the owner's newest window, or None if there is nothing to show any more."""
    sealed = sealing.seal(
        seed,
        envelope=envelope,
        owner=grant.owner,
        access_key_id=made.key,
        plaintext=made.plaintext.reveal().encode(),
        nonce=m.context.entropy.bytes(NONCE_BYTES),
    )
    proof_hash = sealing.proof_hash(sealing.proof_of(seed, envelope))
    row = Envelope(envelope, credential, grant.owner, proof_hash, sealed.nonce, sealed.aad, sealed.ciphertext, until)
    now = m.context.clock.now()
    with m.context.work.begin() as tx:
        pair = intent.held(tx, credential)
        if pair is not None and pair[1].state is GrantState.REVOKED:  # while AWS made it
            session_end.revoke_session(tx, *pair, by=m.worker, now=now)
        if pair is None or pair[0].state is not CredentialState.ISSUING:
            return None  # given up meanwhile; the key is in the ledger, and a sweep removes it
        if not pair[1].still_issues(now):
            intent.drop_and_notify(tx, pair[0], CredentialState.DISCARDED, now, Reason.GRANT_OVER.value)
            tx.grants.try_again_at(grant.id, now)  # the tear-down meets this key too
            return None
        tx.transition(credential, CredentialState.ISSUING, CredentialState.SEALED, by=m.worker, at=now)
        tx.envelopes.add(row)
        tx.credentials.set(credential, envelope=envelope, sealed_until=until)
        return pair[0].view_id or ""


def _discard(m: Minter, credential: CredentialId, why: str) -> None:
    row = _drop(m, credential, CredentialState.SEALED, CredentialState.DISCARDED, why)
    if row is not None and row.kind is Kind.ACCESS_KEY:
        removal.remove_all(m.context, (row,))


def _give_up(m: Minter, credential: CredentialId, why: str, *, free_slot: bool = False) -> None:
    """Mark it failed, with a sentence for the owner. A doubtful key keeps its slot until a sweep has checked."""
    _drop(m, credential, CredentialState.ISSUING, CredentialState.FAILED, why, free_slot=free_slot)


def _let_go(m: Minter, credential: CredentialId) -> None:
    """An unexpected error, perhaps of the database: give up what was created, whether or not its key id is known."""
    with m.context.work.begin() as tx:
        row = tx.credentials.get(credential)
        if row is not None and row.state is CredentialState.ISSUING:
            recover.give_up(tx, row, m.context.clock, "worker-gone")
    if row is not None and row.state is CredentialState.SEALED:
        _drop(m, credential, CredentialState.SEALED, CredentialState.DISCARDED, "worker-gone")


def _drop(
    m: Minter,
    credential: CredentialId,
    before: CredentialState,
    after: CredentialState,
    why: str,
    *,
    free_slot: bool = False,
) -> Credential | None:
    """The credential as it was, or None if somebody else changed it first. Wakes the sweep of orphans either way."""
    now = m.context.clock.now()
    with m.context.work.begin() as tx:
        pair = intent.held(tx, credential)
        if pair is None:
            return None
        row, grant = pair
        if row.slot is not None or grant.is_over:
            tx.grants.try_again_at(grant.id, now)
        if row.state is not before or not intent.drop_and_notify(tx, row, after, now, why):
            return None
        if free_slot:
            tx.credentials.set(credential, slot=None)
        return row
