"""A bulk limit: if a scheduled sweep would change unusually many keys at once, it changes none and asks an approver.

This holds for rotations, hygiene and found keys alike. What a person asked for, discards and ended leases don't count.
"""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.ids import AccountName, SlackUserId

ACTS_MOST = 20  # keys for one action, in one account and one run


class BulkAction(StrEnum):
    """What sweeps do to keys without a button press."""

    SWITCH_OFF = "switch-off"  # an overlap has ended
    DELETE = "delete"  # the undo period has ended
    ENFORCE = "enforce"  # a finding reached the last step of its escalation, on any key
    FOUND_SWITCH_OFF = "found-switch-off"  # the same as the first two, for keys that Latchkey didn't issue
    FOUND_DELETE = "found-delete"


class Verdict(StrEnum):
    GO = "go"  # process the keys that were due at that time, up to 20 in each run
    STOP = "stop"  # leave those keys as they are; their time starts over


@dataclass(frozen=True, slots=True)
class Halt:
    """An open question about a bulk action. Until it is decided, no action of this kind runs in this account."""

    id: str
    account: AccountName
    deed: BulkAction  # the name of its column
    many: int  # keys that were due when the question was asked
    asked_at: datetime
    verdict: Verdict | None = None
    settled_by: SlackUserId | None = None
    settled_at: datetime | None = None  # the verdict applies to keys due by this time
