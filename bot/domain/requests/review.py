"""The review of an emergency: access that was issued before anybody decided, and is looked at afterwards."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.ids import RequestId, SlackUserId

BREAK_GLASS = "break-glass"
"""The actor that approved an emergency, in the audit log and in the tags of AWS."""

REMIND_EVERY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Review:
    request: RequestId  # of the emergency
    opened_at: datetime
    remind_at: datetime
    closed_at: datetime | None = None
    closed_by: SlackUserId | None = None  # never its requester or owner
    justification: str | None = None  # what they found
