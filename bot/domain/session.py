"""What becomes of a session that somebody ended: revoked in AWS where the account allows it, else it runs on."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.credential import Credential
from bot.domain.ids import AccountName, CredentialId, GrantId

SESSION_NAMES = "latchkey-"
"""Every role session's name begins so: trust policies can demand it, and CloudTrail shows whose it is."""

NAME = re.compile(rf"{SESSION_NAMES}[\w-]{{3,55}}", re.ASCII)


def session_name(grant: GrantId, credential: CredentialId) -> str:
    """62 of the 64 characters that STS takes, none of which `StringLike` reads as a wildcard."""
    return f"{names_of(grant)}{credential}"


def names_of(grant: GrantId) -> str:
    """What the names of all sessions of this grant begin with, and no others."""
    return f"{SESSION_NAMES}{grant}-"


def is_own_name(name: str, grant: GrantId, credential: CredentialId) -> bool:
    """Whoever writes to the database can't make a revoke cut off other sessions of the role: by name or by wildcard."""
    return NAME.fullmatch(name) is not None and name == session_name(grant, credential)


class Fate(StrEnum):
    """Of a session whose grant is over, or that was given up for a new one."""

    ENDED = "ended"  # nobody's move: past its end
    REVOKED = "revoked"  # nobody's: AWS refuses it
    REVOKING = "revoking"  # the worker's: it works until AWS has taken the policy
    REFUSED = "refused"  # the worker's, again and again: AWS didn't take the policy so far, and it works
    RUNS_ON = "runs on"  # nobody's: the account has no right to revoke, and it works until its end


def fate(session: Credential, now: datetime, *, revokes: bool) -> Fate:
    """`revokes`: whether the catalog lets Latchkey revoke sessions in this account."""
    if session.ends_at is None or session.ends_at <= now:
        return Fate.ENDED
    if session.revoked_at is not None:
        return Fate.REVOKED
    if not revokes or session.session_name is None or session.role_arn is None:
        return Fate.RUNS_ON
    return Fate.REFUSED if session.revoke_refused else Fate.REVOKING


@dataclass(frozen=True, slots=True)
class SessionRole:
    """A role whose sessions were revoked. The ledger's revoked sessions are the truth, its inline policy a copy.

    One worker at a time writes the policy: `claim` says which, and another may take it over past `claimed_until`.
    """

    role_arn: str
    account: AccountName
    due_at: datetime | None  # when the policy is compared and written next; None: no revoked session runs any more
    claimed_until: datetime | None = None
    claim: str | None = None
    tries: int = 0  # in a row, that AWS refused or left unanswered


@dataclass(frozen=True, slots=True)
class RevokedSession:
    """One entry of that policy."""

    name: str
    before: datetime  # the session was issued before this
    names: str | None = None  # what all names of its grant begin with, where the whole grant is over
