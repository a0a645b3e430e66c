"""A managed policy that keys of an account depend on: the boundary, or one of `policy_arns`.

Its ARN stays the same while somebody edits it, so Latchkey remembers the text by a digest.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime

from bot.domain.ids import AccountName

PREFIX = "policy/"


@dataclass(frozen=True, slots=True)
class PolicySeen:
    """Its default version as AWS has it. AWS never changes a version: another text is another version."""

    digest: str  # equal for texts that mean the same
    version: str = ""  # v3
    made_at: datetime | None = None


MISSING = PolicySeen("missing")
"""AWS has no such policy."""


@dataclass(frozen=True, slots=True)
class KnownPolicy:
    """What the ledger knows of it. `right`: nobody has to look at it."""

    arn: str
    digest: str
    version: str
    made_at: str  # ISO 8601, empty where unknown
    before: str = ""  # the version that was known earlier
    right: bool = True
    boundary: bool = False

    def write(self) -> str:
        return json.dumps(asdict(self))


def read(written: str | None) -> KnownPolicy | None:
    return KnownPolicy(**json.loads(written)) if written else None


def judge(known: KnownPolicy | None, seen: PolicySeen, arn: str, printed: str | None) -> tuple[KnownPolicy, bool]:
    """What is known from now on, and whether that is news. `printed`: the digest that a boundary should have.

    A boundary is news while it isn't the printed one, a policy of `policy_arns` each time its text changes.
    """
    changed = known is not None and known.digest != seen.digest
    right = printed is None or seen.digest == printed
    news = changed if printed is None else not right and (known is None or known.right or changed)
    made_at = seen.made_at.isoformat() if seen.made_at else ""
    before = "" if known is None else known.version if changed else known.before
    return KnownPolicy(arn, seen.digest, seen.version, made_at, before, right, boundary=printed is not None), news


def name_of(account: AccountName, arn: str) -> str:
    """Of its row in the ledger."""
    return f"{PREFIX}{account}/{hashlib.sha256(arn.encode()).hexdigest()[:32]}"


def subject_of(account: AccountName, arn: str, digest: str) -> str:
    """Of the message about one change: the row's name and the digest that it tells of."""
    return f"{name_of(account, arn)}/{digest}"


def is_policy(subject: str) -> bool:
    """Differences of a grant have an opaque id."""
    return subject.startswith(PREFIX)
