"""The ledger of credentials and of their envelopes."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.credential import Credential, Envelope, Outcome, Tombstone
from bot.domain.ids import AccessKeyId, CredentialId, EnvelopeId, GrantId


class Credentials(Protocol):
    def add(self, credential: Credential) -> bool:
        """False if another credential of the grant is being issued (enforced by the partial unique index)."""
        ...

    def get(self, credential: CredentialId) -> Credential | None: ...
    def of(self, grant: GrantId) -> tuple[Credential, ...]:
        """Oldest first."""
        ...

    def by_key(self, key: AccessKeyId) -> Credential | None: ...
    def revoked_on(self, role_arn: str, now: datetime) -> tuple[Credential, ...]:
        """Sessions of this role that someone ended and that haven't expired yet.

        Those that AWS already denies come first, then those with the most time left.
        """
        ...

    def to_issue(self, now: datetime, most: int) -> tuple[Credential, ...]:
        """`issuing`, unclaimed, wanted_until in the future. Oldest first."""
        ...

    def claim(self, credential: CredentialId, by: str, now: datetime) -> bool:
        """Claim it for this worker by a conditional UPDATE. A claim is never taken over."""
        ...

    def take_slot(self, credential: CredentialId) -> int | None:
        """Assign the grant's free slot to this credential; None if both are taken."""
        ...

    def show_in(self, credential: CredentialId, view_id: str, opened_at: datetime) -> bool:
        """Replace the modal of an `issuing` credential by one that opened later."""
        ...

    def store_key(
        self, credential: CredentialId, key: AccessKeyId, created_at: datetime, ends_at: datetime | None
    ) -> None:
        """Store the access key id before sealing begins.

        If the intent was dropped meanwhile, not_gone finds the key.
        """
        ...

    def set(self, credential: CredentialId, **columns: object) -> None:
        """Set plain columns, never `state`: delete_at, retire_at, gone_at, slot, envelope, pending_action and so on."""
        ...

    def unclaimed_past(self, now: datetime, most: int) -> tuple[Credential, ...]: ...
    def claimed_before(self, moment: datetime, most: int) -> tuple[Credential, ...]:
        """`issuing` and claimed before this time."""
        ...

    def sealed_past(self, now: datetime, most: int) -> tuple[Credential, ...]: ...
    def sealed_and_lost(self, most: int) -> tuple[Credential, ...]:
        """`sealed` without an envelope:

        PostgreSQL truncates that unlogged table after a crash, and backups exclude it.
        """
        ...

    def revealed_before(self, moment: datetime, most: int) -> tuple[Credential, ...]: ...
    def unasked(self, moment: datetime, most: int) -> tuple[Credential, ...]:
        """`revealed` before this time, whose owner wasn't asked yet."""
        ...

    def ending_in(self, last: str) -> tuple[Credential, ...]:
        """Keys and sessions that somebody has or may bring back, and whose access key id ends in this."""
        ...

    # Queues for AWS skip what AWS refused a moment ago (next_try_at), so that one failing key doesn't block the others.

    def not_gone(self, now: datetime, most: int) -> tuple[Credential, ...]:
        """`discarded`, `failed` or `deleted` keys without gone_at, for the sweep of orphans."""
        ...

    def devices_left(self, settled: datetime, now: datetime, most: int) -> tuple[Credential, ...]:
        """Claimed before `settled`, with an MFA device that was never handed out, or that was given up with its key."""
        ...

    def pending(self, now: datetime, most: int) -> tuple[Credential, ...]:
        """With a pending action (`off` or `on`) that the worker hasn't carried out yet."""
        ...

    def unanswered(self, before: datetime, now: datetime, most: int) -> tuple[Credential, ...]:
        """`live`, and nothing is to be done to them now, but AWS never answered a call from before this time."""
        ...

    def check_due(self, now: datetime, most: int) -> tuple[Credential, ...]:
        """Old keys of a rotation, `live` or `retiring`, whose look_at has passed."""
        ...

    def retire_due(self, now: datetime, most: int) -> tuple[Credential, ...]:
        """`live` and past retire_at, without a pending action."""
        ...

    def delete_due(self, now: datetime, most: int) -> tuple[Credential, ...]:
        """`retiring` and past delete_at, without a pending action."""
        ...

    def delete_asked(self, now: datetime, most: int) -> tuple[Credential, ...]:
        """`retiring`, whose deletion somebody asked for."""
        ...


class Envelopes(Protocol):
    def add(self, envelope: Envelope) -> None: ...
    def take(self, envelope: EnvelopeId, proof_hash: bytes, now: datetime) -> Envelope | None:
        """Take the envelope by one DELETE … RETURNING: only one caller gets the row."""
        ...

    def destroy(self, credential: CredentialId, outcome: Outcome, now: datetime) -> bool:
        """Delete the envelope of a credential and leave its tombstone; False if there was none."""
        ...

    def leave_tombstone(self, tombstone: Tombstone) -> None: ...
    def find(self, envelope: EnvelopeId, proof_hash: bytes) -> Envelope | None:
        """The envelope if it exists, even when expired and not yet swept."""
        ...

    def unerased(self, most: int) -> tuple[EnvelopeId, ...]:
        """Dead envelopes whose ciphertext may still be in the database's files. Oldest first."""
        ...

    def mark_erased(self, envelopes: Sequence[EnvelopeId], now: datetime) -> None: ...
    def tombstone(self, envelope: EnvelopeId, proof_hash: bytes) -> Tombstone | None: ...
    def mark_reuse_reported(self, envelope: EnvelopeId, now: datetime) -> bool:
        """True the first time for each dead envelope."""
        ...
