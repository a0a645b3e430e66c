"""A credential: one AWS access key or one STS session, known by its access key id; and its short-lived envelope."""

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
    made_at: datetime  # the intent
    wanted_until: datetime  # unclaimed past this: never minted
    view_id: str | None = None  # the owner's open "Preparing…" window
    view_at: datetime | None = None  # when that window opened: the link goes to the newest
    claimed_at: datetime | None = None
    claimed_by: str | None = None
    slot: int | None = None  # 1 or 2, for an access key that AWS may hold
    access_key_id: AccessKeyId | None = None
    created_at: datetime | None = None  # AWS's CreateDate
    ends_at: datetime | None = None  # a session's own end, or its lease's where that is sooner
    session_name: str | None = None  # of its own in AWS; None: minted before 0.2, and not revocable by name
    role_arn: str | None = None  # a session's: whose inline policy revokes it
    revoke_at: datetime | None = None  # a session's: somebody ended it, and the worker is to revoke it in AWS
    revoked_at: datetime | None = None  # AWS showed the policy that refuses it
    revoke_refused: str | None = None  # why it is not revoked yet, call and code
    envelope: EnvelopeId | None = None
    sealed_until: datetime | None = None
    revealed_at: datetime | None = None
    revealed_ip: str | None = None
    revealed_browser: str | None = None
    asked_at: datetime | None = None  # "Did you get it?", once
    live_at: datetime | None = None
    retire_at: datetime | None = None  # a rotation's clock: the old key goes Inactive then, if nothing uses it
    delete_at: datetime | None = None  # a retiring key's last moment for Undo
    why: str | None = None  # why it failed or was discarded: a word that slack/text.py turns into a sentence
    wish: str | None = None  # `off` or `on`: what the owner pressed and the worker has yet to do in AWS
    wished_by: str | None = None
    off_by: str | None = None  # who switched it off, while it is `retiring`
    used_at: datetime | None = None  # last use, as far as AWS told; used_read_at says when it was asked
    used_service: str | None = None
    used_region: str | None = None
    used_read_at: datetime | None = None  # None also when the last read failed: unknown
    first_used_at: datetime | None = None  # the first use that was seen, for the proof of switch-over
    first_used_service: str | None = None
    first_used_region: str | None = None
    look_at: datetime | None = None  # an old key's: when its use, and its successor's, is read next
    proof: str | None = None  # what the rotation's message says of both, so that it is told only when it is news
    stretches: int = 0  # how often its clock has found it in use, counted once a day
    stretched_at: datetime | None = None
    next_try_at: datetime | None = None  # AWS refused or did not answer: asked again then, and the others go first
    device: str | None = None  # serial number of the MFA device that this key brought: its seed is in the envelope
    device_gone_at: datetime | None = None
    ended_at: datetime | None = None
    gone_at: datetime | None = None  # seen to be gone from AWS; frees the slot

    def counts_as_held(self, now: datetime) -> bool:
        """Somebody may be using it. A session past its own end has ended by itself."""
        if self.kind is Kind.SESSION and self.ends_at is not None and self.ends_at <= now:
            return False
        return self.state in HELD

    def owner_may_undo(self, owner: SlackUserId) -> bool:
        """What they switched off themselves, or a clock did. A person's decision about them is not theirs to undo."""
        by = self.wished_by if self.wish == "off" else self.off_by
        return by in {None, owner, LATCHKEY}

    @property
    def replaced(self) -> bool:
        """Given up for a new one before anybody said that they had it: it goes at once, and no clock is asked."""
        return self.state is CredentialState.RETIRING and self.live_at is None

    @property
    def handed_out(self) -> bool:
        """Its owner has it, or had it: not one that was given up for a new one before anybody said so."""
        return self.live_at is not None or self.state is CredentialState.REVEALED


def device_of(credentials: Iterable[Credential]) -> str | None:
    """The MFA device that the owner has. The key that brought it may be gone: later keys share it."""
    return next((each.device for each in credentials if each.device and each.handed_out), None)


def as_begun(entitlement: Entitlement, credentials: Iterable[Credential]) -> Entitlement:
    """All keys of a grant are of one kind: whether they need a code was settled by the first that was handed out.

    A catalog that changes its mind would else stop a key that is in use, or ask for a code that nobody can make.
    """
    had = [each for each in credentials if each.handed_out]
    return replace(entitlement, mfa=device_of(had) is not None) if had else entitlement


def still_running(credentials: Iterable[Credential], now: datetime) -> tuple[Credential, ...]:
    """Sessions that were handed out and that AWS still answers: neither revoked there nor past their end."""
    rows = (each for each in credentials if each.kind is Kind.SESSION and each.revealed_at is not None)
    return tuple(each for each in rows if each.revoked_at is None and each.ends_at is not None and each.ends_at > now)


@dataclass(frozen=True, slots=True)
class Envelope:
    """The sealed secret. Its key, the seed, is known to nobody but the link."""

    id: EnvelopeId
    credential: CredentialId
    owner: SlackUserId
    proof_hash: bytes
    nonce: bytes
    aad: bytes
    ciphertext: bytes
    expires_at: datetime


class Outcome(StrEnum):
    """What became of an envelope: whoever brings its link later is told so."""

    REVEALED = "revealed"
    EXPIRED = "expired"  # nobody opened it in its ten minutes
    REPLACED = "replaced"  # its owner pressed Collect again
    REVOKED = "revoked"  # with its grant
    GIVEN_BACK = "given back"  # with its grant
    ENDED = "ended"  # its grant's lease was over
    DISCARDED = "discarded"  # Latchkey withdrew it: its window was closed, or its worker stopped


@dataclass(frozen=True, slots=True)
class Tombstone:
    """What stays of a dead envelope."""

    id: EnvelopeId
    credential: CredentialId
    owner: SlackUserId
    proof_hash: bytes
    outcome: Outcome
    at: datetime
    told_at: datetime | None = None  # one DM per dead envelope
