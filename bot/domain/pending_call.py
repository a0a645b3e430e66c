"""A call to AWS that was begun and whose outcome isn't in the ledger yet."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Call(StrEnum):
    """What it does to a key that people use."""

    SWITCH_OFF = "switch-off"
    SWITCH_ON = "switch-on"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class PendingCall:
    """Written just before the call, and dropped with its outcome.

    From its commit on, a press that would stop the call is refused. Where the answer is lost, what AWS shows later is
    known to be Latchkey's own doing, and in whose name it was done.
    """

    subject: str  # the row id of a credential or of a found key
    call: Call
    by: str
    at: datetime
