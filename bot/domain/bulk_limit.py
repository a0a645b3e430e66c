"""A halt: a clock wants to do more at once than is ever usual, so it does none of it and asks a person."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.ids import AccountName, SlackUserId

ACTS_MOST = 20  # of one kind, in one account and run (DESIGN.md §4)


class BulkAction(StrEnum):
    """What the clocks do to keys without anybody's press."""

    SWITCH_OFF = "switch-off"  # an overlap is over
    DELETE = "delete"  # the time for Undo is over


class Verdict(StrEnum):
    GO = "go"  # the keys that were due then, twenty in each run
    STOP = "stop"  # their clocks begin anew


@dataclass(frozen=True, slots=True)
class Halt:
    """While it has no verdict, no deed of this kind is done in this account."""

    id: str
    account: AccountName
    deed: BulkAction
    many: int  # keys that were due when it was asked
    asked_at: datetime
    verdict: Verdict | None = None
    settled_by: SlackUserId | None = None
    settled_at: datetime | None = None  # the verdict holds for what was due by then
