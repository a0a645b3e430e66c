"""What hygiene keeps of what it saw: findings, the last use that AWS tells of, and what exempts a finding."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.ids import CredentialId, SlackUserId


class FindingKind(StrEnum):
    STALE = "stale"
    UNUSED = "unused"
    NEVER_USED = "never-used"
    TWO_ACTIVE = "two-active-keys"
    OLD_IN_USE = "old-key-in-use"
    LEASE_ENDING = "lease-ending"
    LEAVER = "leaver"
    OWNERLESS = "ownerless"
    ROOT_KEY = "root-key"
    NO_MFA = "no-mfa"
    QUARANTINED = "quarantined"
    REPLACEABLE = "replaceable"
    MORE_THAN_TWO = "more-than-two-keys"
    ORPHAN = "orphan"
    UNKNOWN_USER = "unknown-user"
    UNKNOWN_KEY = "unknown-key"


class Rung(StrEnum):
    """Who hears of it, or what happens, one after the other while nothing changes."""

    OWNER = "owner"
    APPROVERS = "approvers"
    CHANNEL = "channel"  # the account's
    ADMINS = "admins"
    OFF = "off"  # Inactive, where the account says enforce


@dataclass(frozen=True, slots=True)
class LastUsed:
    """AWS's answer to GetAccessKeyLastUsed. `at` is None where AWS says that the key was never used."""

    at: datetime | None
    service: str | None = None
    region: str | None = None


class Exemption(StrEnum):
    NONE = "none"
    STANDS = "stands"  # somebody keeps it, said why, and the end date lies ahead
    UNREADABLE = "unreadable"  # half of it is missing: nobody acts, and nobody is let off either


@dataclass(frozen=True, slots=True)
class Finding:
    """About one key, or with an empty access key id about its IAM user as a whole. Without an owner nobody has it."""

    id: str
    kind: FindingKind
    credential: CredentialId | None
    owner: str | None  # a Slack user id, or subteam-S…: whoever is in that user group
    access_key_id: str
    opened_at: datetime
    evidence: str  # in words, for the owner
    closed_at: datetime | None = None
    told_at: datetime | None = None
    kept_until: datetime | None = None
    kept_why: str | None = None
    kept_by: SlackUserId | None = None
    keep_told_at: datetime | None = None  # when the approvers' daily message showed this Keep
    account: str = ""
    iam_user: str = ""
    round: int = 0  # begun anew when a Keep is over, or when another owner has it for the first time
    stage: int = 0  # rungs of the rule's ladder that were climbed in this round
    rung: Rung | None = None  # the next one; None: nothing more follows, or another flow brings it up
    due_at: datetime | None = None  # when the next one is due
    handed: bool = False  # another owner has begun it anew; a later one goes on where it stands

    def exemption(self, now: datetime) -> Exemption:
        """A kept finding is exempt until the date that was said, for the reason that was said."""
        if self.kept_until is None and self.kept_why is None:
            return Exemption.NONE
        if self.kept_until is None or not (self.kept_why or "").strip():
            return Exemption.UNREADABLE
        return Exemption.STANDS if now < self.kept_until else Exemption.NONE

    def may_be_acted_on(self, now: datetime) -> bool:
        """What cannot be read exempts nobody for ever, and condemns nobody either."""
        return self.closed_at is None and self.exemption(now) is Exemption.NONE
