"""A credential (one AWS access key or one STS session, with its access key id) and its short-lived envelope."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from bot.domain.catalog import Entitlement, Kind
from bot.domain.events import LATCHKEY
from bot.domain.ids import AccessKeyId, CredentialId, EnvelopeId, GrantId, SlackUserId
from bot.domain.lifecycle import HELD, CredentialState


@dataclass(frozen=True, slots=True)
class Credential:
    id: CredentialId
    grant: GrantId
    kind: Kind
    state: CredentialState
    made_at: datetime  # when the intent was recorded
    wanted_until: datetime  # if not claimed by then, it is never minted
    view_id: str | None = None  # the owner's open "Preparing…" modal
    view_at: datetime | None = None  # when that modal opened: the link goes to the newest one
    claimed_at: datetime | None = None
    claimed_by: str | None = None
    slot: int | None = None  # 1 or 2, for an access key that may exist in AWS
    access_key_id: AccessKeyId | None = None
    created_at: datetime | None = None  # AWS's CreateDate
    ends_at: datetime | None = None  # the session's own expiry, or its lease's if that is sooner
    session_name: str | None = None  # its unique name in AWS; None: minted before 0.2, so it can't be revoked by name
    role_arn: str | None = None  # of a session: the role whose inline policy revokes it
    revoke_at: datetime | None = None  # of a session: someone ended it, and the worker still has to revoke it in AWS
    revoked_at: datetime | None = None  # when AWS returned the policy that denies it
    revoke_refused: str | None = None  # why it isn't revoked yet: API call and error code
    envelope: EnvelopeId | None = None
    sealed_until: datetime | None = None
    revealed_at: datetime | None = None
    revealed_ip: str | None = None
    revealed_browser: str | None = None
    asked_at: datetime | None = None  # when the owner was asked "Did you get it?", once
    live_at: datetime | None = None
    retire_at: datetime | None = None  # set by a rotation: the old key is deactivated then unless it is in use
    delete_at: datetime | None = None  # end of the undo period of a retiring key
    why: str | None = None  # why it failed or was discarded: a word that slack/text turns into a sentence
    pending_action: str | None = None  # `off` or `on`: what the owner pressed and the worker still has to do in AWS
    pending_by: str | None = None
    off_by: str | None = None  # who deactivated it, while it is `retiring`
    delete_by: str | None = None  # who pressed Delete now; the worker still has to do it
    used_at: datetime | None = None  # last use as AWS reported it at used_read_at
    used_service: str | None = None
    used_region: str | None = None
    used_read_at: datetime | None = None  # None also if the last read failed: last use is unknown
    first_used_at: datetime | None = None  # first use we saw, for the switch-over check
    first_used_service: str | None = None
    first_used_region: str | None = None
    look_at: datetime | None = None  # of an old key: when its last use and its successor's are read next
    proof: str | None = None  # what the rotation message says about both keys; a change triggers an update
    stretches: int = 0  # how many times its deactivation was postponed because it was in use, at most once a day
    stretched_at: datetime | None = None
    next_try_at: datetime | None = None  # retry time after AWS refused or didn't answer; others go first
    device: str | None = None  # serial number of the MFA device created with this key; its seed is in the envelope
    device_gone_at: datetime | None = None
    ended_at: datetime | None = None
    gone_at: datetime | None = None  # confirmed gone from AWS; frees the slot

    @property
    def is_on(self) -> bool:
        return self.state is CredentialState.LIVE

    def counts_as_held(self, now: datetime) -> bool:
        """Whether someone may be using it. A session past its expiry no longer counts."""
        if self.kind is Kind.SESSION and self.ends_at is not None and self.ends_at <= now:
            return False
        return self.state in HELD

    def owner_may_undo(self, owner: SlackUserId) -> bool:
        """Whether the owner may undo the deactivation. False if another person decided it."""
        by = self.pending_by if self.pending_action == "off" else self.off_by
        return by in {None, owner, LATCHKEY}

    @property
    def replaced(self) -> bool:
        """Replaced before its owner confirmed receiving it: deleted at once, without an undo period."""
        return self.state is CredentialState.RETIRING and self.live_at is None

    @property
    def handed_out(self) -> bool:
        """Its owner has or had it. False if it was replaced before its owner confirmed receiving it."""
        return self.live_at is not None or self.state is CredentialState.REVEALED


def device_of(credentials: Iterable[Credential]) -> str | None:
    """The owner's MFA device. Later keys share it, so the key that created it may be gone."""
    return next((each.device for each in credentials if each.device and each.handed_out), None)


def as_begun(entitlement: Entitlement, credentials: Iterable[Credential]) -> Entitlement:
    """The entitlement as it applied when the first key was handed out: all keys of a grant either need MFA or don't.

    Otherwise a catalog change could stop a key that is in use, or require a code that the owner can't produce.
    """
    had = [each for each in credentials if each.handed_out]
    return replace(entitlement, mfa=device_of(had) is not None) if had else entitlement


def still_running(credentials: Iterable[Credential], now: datetime) -> tuple[Credential, ...]:
    """Sessions that were handed out and still work in AWS: not revoked and not past their expiry."""
    rows = (each for each in credentials if each.kind is Kind.SESSION and each.revealed_at is not None)
    return tuple(each for each in rows if each.revoked_at is None and each.ends_at is not None and each.ends_at > now)


@dataclass(frozen=True, slots=True)
class Envelope:
    """The sealed secret. Only the link carries the seed, its decryption key."""

    id: EnvelopeId
    credential: CredentialId
    owner: SlackUserId
    proof_hash: bytes
    nonce: bytes
    aad: bytes
    ciphertext: bytes
    expires_at: datetime


class Outcome(StrEnum):
    """What happened to an envelope. The page shows it to anyone who opens the link later."""

    REVEALED = "revealed"
    EXPIRED = "expired"  # not opened within ten minutes
    REPLACED = "replaced"  # the owner pressed Collect again
    REVOKED = "revoked"  # with its grant
    GIVEN_BACK = "given back"  # with its grant
    ENDED = "ended"  # the lease ended
    DISCARDED = "discarded"  # withdrawn by Latchkey: the modal was closed or the worker stopped


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What remains of a dead envelope."""

    id: EnvelopeId
    credential: CredentialId
    owner: SlackUserId
    proof_hash: bytes
    outcome: Outcome
    at: datetime
    told_at: datetime | None = None  # one DM for each dead envelope
