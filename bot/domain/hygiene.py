"""What hygiene sees on a key: stale, unused, never used. What cannot be read is unknown, and unknown says nothing."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.catalog import Hygiene
from bot.domain.ids import CredentialId, SlackUserId


class FindingKind(StrEnum):
    STALE = "stale"
    UNUSED = "unused"
    NEVER_USED = "never-used"
    ORPHAN = "orphan"


@dataclass(frozen=True, slots=True)
class LastUsed:
    """AWS's answer to GetAccessKeyLastUsed. `at` is None where AWS says that the key was never used."""

    at: datetime | None
    service: str | None = None
    region: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    id: str
    kind: FindingKind
    credential: CredentialId | None
    owner: SlackUserId
    access_key_id: str
    opened_at: datetime
    evidence: str  # in words, for the owner
    closed_at: datetime | None = None
    told_at: datetime | None = None
    kept_until: datetime | None = None
    kept_why: str | None = None


def see(
    created_at: datetime, used: LastUsed | None, now: datetime, rules: Hygiene, stale: timedelta
) -> FindingKind | None:
    """The one thing most worth saying about a key, by state and never by an exact day. None also for unknown use."""
    if used is None:
        return None
    if used.at is None and now - created_at >= rules.never_used:
        return FindingKind.NEVER_USED
    if used.at is not None and now - used.at >= rules.unused:
        return FindingKind.UNUSED
    if now - created_at >= stale:
        return FindingKind.STALE
    return None
