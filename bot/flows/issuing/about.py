"""What a link is for, told to whoever holds it before they press Reveal. It reads, and changes nothing."""

import hashlib
from dataclasses import dataclass
from datetime import datetime

from bot.domain.catalog import Catalog, Kind
from bot.domain.credential import Credential
from bot.domain.grant import Grant
from bot.domain.ids import EnvelopeId
from bot.domain.lifecycle import CredentialState
from bot.ports import Clock, UnitOfWork


@dataclass(frozen=True, slots=True)
class About:
    """Names and times, never a key id or a secret. `now` lets a page with a wrong clock count down correctly."""

    title: str
    entitlement: str
    account: str
    account_id: str
    kind: Kind
    expires_at: datetime | None
    link_until: datetime
    now: datetime


@dataclass(frozen=True, slots=True)
class Gone:
    """The right proof for an envelope that can't be opened any more. Only Reveal says why, and tells its owner."""


def about(
    work: UnitOfWork, clock: Clock, catalog: Catalog, *, envelope: EnvelopeId, proof: bytes
) -> About | Gone | None:
    """None for an unknown id or a wrong proof."""
    now = clock.now()
    proof_hash = hashlib.sha256(proof).digest()
    with work.begin() as tx:
        sealed = tx.envelopes.find(envelope, proof_hash)
        credential = tx.credentials.get(sealed.credential) if sealed else None
        grant = tx.grants.get(credential.grant) if credential else None
        known = sealed is not None or tx.envelopes.tombstone(envelope, proof_hash) is not None
    if sealed is None or credential is None or grant is None or not _opens(credential, grant, sealed.expires_at, now):
        return Gone() if known else None
    return _describe(catalog, credential, grant, sealed.expires_at, now)


def _opens(credential: Credential, grant: Grant, until: datetime, now: datetime) -> bool:
    return until > now and credential.state is CredentialState.SEALED and grant.still_issues(now)


def _describe(catalog: Catalog, credential: Credential, grant: Grant, until: datetime, now: datetime) -> About:
    entitlement, account = catalog.entitlements.get(grant.entitlement), catalog.accounts.get(grant.account)
    return About(
        title=entitlement.title if entitlement else grant.entitlement,
        entitlement=grant.entitlement,
        account=grant.account,
        account_id=account.id if account else "",
        kind=credential.kind,
        expires_at=credential.ends_at or grant.lease_until,
        link_until=until,
        now=now,
    )
