"""What happens to a session that someone ended: AWS revokes it if the account allows that, else it runs on."""

import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.credential import Credential
from bot.domain.ids import AccountName, CredentialId, GrantId

SESSION_NAMES = "latchkey-"
"""Prefix of every role session's name: trust policies can require it, and CloudTrail shows it."""

NAME = re.compile(rf"{SESSION_NAMES}[\w-]{{3,55}}", re.ASCII)


def session_name(grant: GrantId, credential: CredentialId) -> str:
    """62 of the 64 characters that STS allows, without characters that `StringLike` treats as wildcards."""
    return f"{names_of(grant)}{credential}"


def names_of(grant: GrantId) -> str:
    """The common prefix of the names of all sessions of this grant, and of no others."""
    return f"{SESSION_NAMES}{grant}-"


def is_own_name(name: str, grant: GrantId, credential: CredentialId) -> bool:
    """Whether the name has the form of this grant's sessions.

    Otherwise an attacker who can write to the database could make a revoke cut off other sessions of the role, by name
    or by wildcard.
    """
    return NAME.fullmatch(name) is not None and name == session_name(grant, credential)


class Fate(StrEnum):
    """Of a session whose grant has ended, or that was replaced by a new one."""

    ENDED = "ended"  # final: it has expired
    REVOKED = "revoked"  # final: AWS denies it
    REVOKING = "revoking"  # the worker revokes it; it works until AWS has the policy
    REFUSED = "refused"  # the worker retries; AWS hasn't taken the policy so far, and the session works
    RUNS_ON = "runs on"  # final: the account has no right to revoke, so it works until it expires


def fate(session: Credential, now: datetime, *, revokes: bool) -> Fate:
    """What happens to this session. `revokes`: whether the catalog lets Latchkey revoke sessions in this account."""
    if session.ends_at is None or session.ends_at <= now:
        return Fate.ENDED
    if session.revoked_at is not None:
        return Fate.REVOKED
    if not revokes or session.session_name is None or session.role_arn is None:
        return Fate.RUNS_ON
    return Fate.REFUSED if session.revoke_refused else Fate.REVOKING


@dataclass(frozen=True, slots=True)
class SessionRole:
    """A role with revoked sessions. The revoked sessions in the ledger are authoritative; its inline policy is a copy.

    One worker at a time writes the policy: `claim` selects it, and another may take over after `claimed_until`.
    """

    role_arn: str
    account: AccountName
    due_at: datetime | None  # when the policy is next compared and written; None: all revoked sessions have expired
    claimed_until: datetime | None = None
    claim: str | None = None
    tries: int = 0  # consecutive attempts that AWS refused or didn't answer


@dataclass(frozen=True, slots=True)
class RevokedSession:
    """One entry of the revocation policy."""

    name: str
    before: datetime  # applies to sessions issued before this
    names: str | None = None  # common prefix of the grant's session names, if the whole grant has ended
