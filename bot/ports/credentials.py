"""The ledger of credentials and of the envelopes in which they wait."""

from collections.abc import Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.credential import Credential, Envelope, Outcome, Tombstone
from bot.domain.ids import AccessKeyId, CredentialId, EnvelopeId, GrantId


class Credentials(Protocol):
    def add(self, credential: Credential) -> bool:
        """False when another credential of the grant is under way (the partial unique index)."""
        ...

    def get(self, credential: CredentialId) -> Credential | None: ...
    def of(self, grant: GrantId) -> tuple[Credential, ...]:
        """Oldest first."""
        ...

    def by_key(self, key: AccessKeyId) -> Credential | None: ...
    def revoked_on(self, role_arn: str, now: datetime) -> tuple[Credential, ...]:
        """Sessions of this role that were ended by somebody and whose own end lies ahead.

        Those that AWS refuses already come first, then those that would work the longest.
        """
        ...

    def wanted(self, now: datetime, most: int) -> tuple[Credential, ...]:
        """`issuing`, unclaimed, wanted_until ahead. Oldest first."""
        ...

    def claim(self, credential: CredentialId, by: str, now: datetime) -> bool:
        """The conditional UPDATE of DESIGN.md §3.4."""
        ...

    def take_slot(self, credential: CredentialId) -> int | None:
        """The free slot of the grant, now this credential's; None when both are taken."""
        ...

    def show_in(self, credential: CredentialId, view_id: str, opened_at: datetime) -> bool:
        """Replace the window of an `issuing` credential by one that opened later."""
        ...

    def keep_key(
        self, credential: CredentialId, key: AccessKeyId, created_at: datetime, ends_at: datetime | None
    ) -> None:
        """Write down the access key id, before sealing begins. Where the intent was given up meanwhile, not_gone
        finds the key.
        """
        ...

    def set(self, credential: CredentialId, **columns: object) -> None:
        """Plain columns, never `state`: delete_at, retire_at, gone_at, slot, envelope, wish and the like."""
        ...

    def unclaimed_past(self, now: datetime, most: int) -> tuple[Credential, ...]: ...
    def claimed_before(self, moment: datetime, most: int) -> tuple[Credential, ...]:
        """`issuing` and claimed before this moment."""
        ...

    def sealed_past(self, now: datetime, most: int) -> tuple[Credential, ...]: ...
    def sealed_and_lost(self, most: int) -> tuple[Credential, ...]:
        """`sealed` without an envelope: PostgreSQL empties that table after a crash, and a backup leaves it out."""
        ...

    def revealed_before(self, moment: datetime, most: int) -> tuple[Credential, ...]: ...
    def unasked(self, moment: datetime, most: int) -> tuple[Credential, ...]:
        """`revealed` before this moment, whose owner was not asked yet."""
        ...

    # What waits for AWS comes without what AWS refused a moment ago (next_try_at): nothing clogs the queue.

    def not_gone(self, now: datetime, most: int) -> tuple[Credential, ...]:
        """`discarded`, `failed` or `deleted` keys without gone_at: the reconciler's work."""
        ...

    def devices_left(self, settled: datetime, now: datetime, most: int) -> tuple[Credential, ...]:
        """Claimed before `settled`, with an MFA device that was never handed out, or was given up with its key."""
        ...

    def wished(self, now: datetime, most: int) -> tuple[Credential, ...]:
        """With a wish (`off` or `on`) that the worker has not carried out yet."""
        ...

    def to_look_at(self, now: datetime, most: int) -> tuple[Credential, ...]:
        """Old keys of a rotation, `live` or `retiring`, whose look_at has come."""
        ...

    def retire_due(self, now: datetime, most: int) -> tuple[Credential, ...]:
        """`live` and past retire_at, with no wish in the way."""
        ...

    def delete_due(self, now: datetime, most: int) -> tuple[Credential, ...]:
        """`retiring` and past delete_at, with no wish in the way."""
        ...


class Envelopes(Protocol):
    def add(self, envelope: Envelope) -> None: ...
    def take(self, envelope: EnvelopeId, proof_hash: bytes, now: datetime) -> Envelope | None:
        """The one DELETE … RETURNING: whoever gets the row has won."""
        ...

    def destroy(self, credential: CredentialId, outcome: Outcome, now: datetime) -> bool:
        """Delete the envelope of a credential and leave its tombstone; False when there was none."""
        ...

    def leave_tombstone(self, tombstone: Tombstone) -> None: ...
    def find(self, envelope: EnvelopeId, proof_hash: bytes) -> Envelope | None:
        """Still there, also when overdue and not yet swept."""
        ...

    def unerased(self, most: int) -> tuple[EnvelopeId, ...]:
        """Dead envelopes of which the database's files may still hold the ciphertext. Oldest first."""
        ...

    def erased(self, envelopes: Sequence[EnvelopeId], now: datetime) -> None: ...
    def tombstone(self, envelope: EnvelopeId, proof_hash: bytes) -> Tombstone | None: ...
    def first_knock(self, envelope: EnvelopeId, now: datetime) -> bool:
        """True once per dead envelope."""
        ...
