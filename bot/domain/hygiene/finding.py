"""A finding as hygiene stores it, and the reasons for exempting it."""

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
    SHARED = "shared"
    ADMIN_POWER = "admin-power"
    CONSOLE_AND_KEY = "console-and-key"
    BEDROCK_KEY = "bedrock-key"
    SERVICE_KEY = "service-key"
    CROSS_ACCOUNT_USE = "cross-account-use"
    UNUSED_PERMISSIONS = "unused-permissions"


class Step(StrEnum):
    """The escalation steps: who is notified, or what happens. They run in order while the finding stays open."""

    OWNER = "owner"
    APPROVERS = "approvers"
    CHANNEL = "channel"  # the account's channel
    ADMINS = "admins"
    OFF = "off"  # deactivated, if the account enforces


class Exemption(StrEnum):
    NONE = "none"
    STANDS = "stands"  # someone keeps it, gave a reason, and the end date lies ahead
    UNREADABLE = "unreadable"  # incomplete: it leads to no action, but doesn't exempt the key either


@dataclass(frozen=True, slots=True)
class Finding:
    """A finding about one key, or, with an empty access key id, about its IAM user.

    About a service-specific credential, the access key id is that credential's id (ACCA…).

    Without an owner it is ownerless.
    """

    id: str
    kind: FindingKind
    credential: CredentialId | None
    owner: str | None  # a Slack user id, or subteam-S… for a user group
    access_key_id: str
    opened_at: datetime
    evidence: str  # sentence shown to the owner
    closed_at: datetime | None = None
    told_at: datetime | None = None
    kept_until: datetime | None = None
    kept_why: str | None = None
    kept_by: SlackUserId | None = None
    keep_told_at: datetime | None = None  # when the approvers' daily message showed this Keep
    account: str = ""
    iam_user: str = ""
    round: int = 0  # increased when a Keep ends, or when the key gets its first new owner
    stage: int = 0  # escalation steps taken in this round
    step: Step | None = None  # the next step; None: no further step, or another flow reports it
    due_at: datetime | None = None  # when the next step is due
    handed: bool = False  # whether a new owner has already restarted it; later owners continue at the current step

    def exemption(self, now: datetime) -> Exemption:
        """Whether a kept finding is exempt: until the given date, for the given reason."""
        if self.kept_until is None and self.kept_why is None:
            return Exemption.NONE
        if self.kept_until is None or not (self.kept_why or "").strip():
            return Exemption.UNREADABLE
        return Exemption.STANDS if now < self.kept_until else Exemption.NONE

    def may_be_acted_on(self, now: datetime) -> bool:
        """Whether the finding may lead to an action.

        An unreadable exemption neither exempts forever nor leads to an action.
        """
        return self.closed_at is None and self.exemption(now) is Exemption.NONE
