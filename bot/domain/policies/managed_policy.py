"""A managed policy that keys of an account depend on: the boundary, or one of `policy_arns`.

Its ARN stays the same when someone edits it, so Latchkey stores a digest of its text.
"""

import hashlib
import json
from dataclasses import asdict, dataclass
from datetime import datetime

from bot.domain.ids import AccountName

PREFIX = "policy/"


@dataclass(frozen=True, slots=True)
class PolicySeen:
    """Its default version in AWS. AWS never changes a version: a new text is a new version."""

    digest: str  # equal for equivalent texts
    version: str = ""  # v3
    made_at: datetime | None = None


MISSING = PolicySeen("missing")
"""AWS has no such policy."""


@dataclass(frozen=True, slots=True)
class KnownPolicy:
    """What the ledger stores about it. `right`: it needs no attention."""

    arn: str
    digest: str
    version: str
    made_at: str  # ISO 8601, empty if unknown
    before: str = ""  # the previously known version
    right: bool = True
    boundary: bool = False

    def write(self) -> str:
        return json.dumps(asdict(self))


def read(written: str | None) -> KnownPolicy | None:
    return KnownPolicy(**json.loads(written)) if written else None


def judge(known: KnownPolicy | None, seen: PolicySeen, arn: str, printed: str | None) -> tuple[KnownPolicy, bool]:
    """The new stored state, and whether to notify. `printed`: the expected digest of a boundary.

    A boundary is reported while it isn't the printed one, a policy of `policy_arns` each time its text changes.
    """
    changed = known is not None and known.digest != seen.digest
    right = printed is None or seen.digest == printed
    news = changed if printed is None else not right and (known is None or known.right or changed)
    made_at = seen.made_at.isoformat() if seen.made_at else ""
    before = "" if known is None else known.version if changed else known.before
    return KnownPolicy(arn, seen.digest, seen.version, made_at, before, right, boundary=printed is not None), news


def name_of(account: AccountName, arn: str) -> str:
    """The name of its row in the ledger."""
    return f"{PREFIX}{account}/{hashlib.sha256(arn.encode()).hexdigest()[:32]}"
