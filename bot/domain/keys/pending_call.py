"""A call to AWS that has started and whose outcome isn't in the ledger yet."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Call(StrEnum):
    """What the call does to a key in use."""

    SWITCH_OFF = "switch-off"
    SWITCH_ON = "switch-on"
    DELETE = "delete"


@dataclass(frozen=True, slots=True)
class PendingCall:
    """Written just before the call, and removed together with its outcome.

    While it is there, a press that would stop the call is refused. If the answer is lost, we can still tell that a
    change seen in AWS was made by Latchkey, and on whose behalf.
    """

    subject: str  # row id of a credential or of a found key
    call: Call
    by: str
    at: datetime
