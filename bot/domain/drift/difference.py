"""A difference between the ledger and AWS: its kinds, who is notified of each, and who may repair it."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.authorization import ADMIN, APPROVER, OWNER, Act, Role
from bot.domain.ids import GrantId, SlackUserId


class DifferenceKind(StrEnum):
    KEY_GONE = "key-gone"  # in the ledger but not in AWS
    KEY_OFF = "key-off"  # deactivated outside Latchkey
    KEY_ON = "key-on"  # reactivated outside Latchkey
    FOREIGN_KEY = "foreign-key"  # on the grant's user but not issued by Latchkey
    USER_GONE = "user-gone"
    POLICY = "policy"  # inline or attached, including the date in the Deny
    BOUNDARY = "boundary"  # removed or replaced
    TAGS = "tags"
    PATH = "path"  # moved or renamed
    GROUPS = "groups"


K = DifferenceKind

NOTIFIED: Mapping[DifferenceKind, frozenset[Role]] = {
    K.KEY_GONE: OWNER,
    K.KEY_OFF: OWNER | APPROVER,
    K.KEY_ON: OWNER | APPROVER,
    K.FOREIGN_KEY: OWNER | APPROVER,
    K.USER_GONE: OWNER | APPROVER,
    K.POLICY: APPROVER,
    K.BOUNDARY: APPROVER | ADMIN,
    K.TAGS: APPROVER,
    K.PATH: APPROVER | ADMIN,
    K.GROUPS: APPROVER | ADMIN,
}
REPAIRS: Mapping[DifferenceKind, Act] = {
    K.KEY_GONE: Act.TAKE_NOTE,
    K.KEY_OFF: Act.PUT_BACK,
    K.KEY_ON: Act.RETIRE,
    K.FOREIGN_KEY: Act.RETIRE,
    K.USER_GONE: Act.TAKE_NOTE,
    K.POLICY: Act.PUT_BACK,
    K.BOUNDARY: Act.PUT_BACK,
    K.TAGS: Act.PUT_BACK,
}
"""The action of each repair button. Drift that is missing here can't be repaired by Latchkey: it has no right to."""


@dataclass(frozen=True, slots=True)
class Difference:
    """A drift row in the ledger: seen once, reported when seen again, repaired on a button press, closed when gone."""

    id: str
    grant: GrantId
    kind: DifferenceKind
    about: str
    evidence: str
    facts: Mapping[str, str]
    seen_at: datetime
    told_at: datetime | None = None
    pressed_by: SlackUserId | None = None  # the worker still has to do it
    pressed_at: datetime | None = None
    next_try_at: datetime | None = None
    stuck_on: str | None = None  # why the last repair failed
    repaired_by: SlackUserId | None = None
    repaired_at: datetime | None = None
    closed_at: datetime | None = None

    @property
    def what(self) -> tuple[str, str, str]:
        return self.kind, self.about, self.evidence
