"""The intent to mint: written before the call that cannot be taken back, and dropped when it came to nothing."""

from collections.abc import Iterable
from datetime import datetime

from bot.domain.catalog import Kind
from bot.domain.credential import Credential
from bot.domain.errors import Reason, Refused
from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.grant import Grant
from bot.domain.ids import ID_BYTES, CredentialId, fresh_id
from bot.domain.lifecycle import UNDER_WAY, CredentialState, GrantState
from bot.domain.schedule import CLAIM_WITHIN, HEARTBEAT_FRESH
from bot.ports import Entropy, Tx

PAUSED = "paused"


def may_issue(tx: Tx, now: datetime) -> None:
    """Raises Refused while issuing is paused or no worker's heart beats."""
    if tx.flag(PAUSED):
        raise Refused(Reason.PAUSED)
    beat = tx.last_beat()
    if beat is None or now - beat > HEARTBEAT_FRESH:
        raise Refused(Reason.NO_WORKER)


def hold(tx: Tx, grant: Grant, now: datetime) -> Grant:
    """Lock a grant that may still issue, and read it again. Raises Refused."""
    locked = tx.grants.lock(grant.id)
    fresh = tx.grants.get(grant.id) or grant
    state = fresh.state_at(now)
    if not locked or state not in {GrantState.APPROVED, GrantState.ACTIVE}:
        raise Refused(Reason.GRANT_OVER, state=state)
    return fresh


def intend(tx: Tx, entropy: Entropy, grant: Grant, kind: Kind, view_id: str, now: datetime) -> Credential:
    """A new `issuing` row; fixes the lease while the grant is uncollected. Raises Refused if one is under way."""
    wanted = Credential(
        id=CredentialId(fresh_id(entropy.bytes(ID_BYTES))),
        grant=grant.id,
        kind=kind,
        state=CredentialState.ISSUING,
        made_at=now,
        wanted_until=now + CLAIM_WITHIN,
        view_id=view_id,
    )
    if not tx.credentials.add(wanted):
        raise Refused(Reason.UNDER_WAY)
    if grant.state is GrantState.APPROVED:
        tx.grants.set_lease(grant.id, now + grant.duration)
    tx.record(Tag.CREDENTIAL_ISSUING, wanted.id, by=grant.owner, at=now, facts={"grant": grant.id})
    return wanted


def under_way(credentials: Iterable[Credential]) -> Credential | None:
    return next((each for each in credentials if each.state in UNDER_WAY), None)


def drop(tx: Tx, credential: Credential, after: CredentialState, now: datetime, *, by: str = LATCHKEY) -> bool:
    """End an intent that came to nothing (failed or discarded), with its envelope, and free an uncollected lease."""
    tx.envelopes.destroy(credential.id, "discarded", now)
    if not tx.move(credential.id, credential.state, after, by=by, at=now):
        return False
    grant = tx.grants.get(credential.grant)
    if grant is not None and grant.state is GrantState.APPROVED:
        tx.grants.set_lease(grant.id, None)
    return True


def drop_and_tell(tx: Tx, credential: Credential, after: CredentialState, now: datetime, why: str) -> bool:
    """The same, and the owner hears "press Collect again"."""
    if not drop(tx, credential, after, now):
        return False
    grant = tx.grants.get(credential.grant)
    if grant is not None:
        tx.credentials.set(credential.id, why=why)
        tx.outbox.want(Notice.COLLECT_AGAIN, credential.id, grant.owner)
    return True
