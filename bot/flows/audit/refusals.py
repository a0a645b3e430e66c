"""Refused attempts in the audit log: who tried what, on what, and why not.

Many presses don't become many rows: an identical refusal is recorded once an hour, and at most 60 an hour for a person.
"""

from datetime import timedelta
from hashlib import sha256

from bot.domain.errors import LimitReached
from bot.domain.events import Tag
from bot.domain.rate_limits import REFUSALS
from bot.flows.context import Context

EQUAL_WITHIN = timedelta(hours=1)
ACTION_MOST, ID_MOST, SUBJECT_MOST = 64, 32, 320  # characters of what somebody sent
TAGS = {each.value.partition(":")[0]: each for each in Tag if each.value.endswith(":refused")}
COMMANDS = {"command:leaked": Tag.LEAK_REFUSED}  # whose refusals are recorded with those of its buttons


def record(context: Context, *, by: str, action: str, subject: str, reason: str) -> None:
    """In a transaction of its own: the one that was refused wrote nothing. `action` is a button, window or command."""
    now, by, action, subject = context.clock.now(), by[:ID_MOST], action[:ACTION_MOST], subject[:SUBJECT_MOST]
    equal = sha256(f"{by}\n{action}\n{subject}\n{reason}".encode()).hexdigest()
    tag = COMMANDS.get(action) or TAGS.get(action.partition(":")[0], Tag.COMMAND_REFUSED)
    try:
        with context.work.begin() as tx:
            if tx.once(f"refused/{equal}", now, now - EQUAL_WITHIN):
                tx.count(REFUSALS, by, now)
                tx.record(tag, subject, by=by, at=now, facts={"action": action, "reason": reason})
    except LimitReached:
        return
