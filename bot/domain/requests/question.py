"""A question that an approver asks about a request, and the requester's answer."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.ids import RequestId, SlackUserId


@dataclass(frozen=True, slots=True)
class Question:
    id: str
    request: RequestId
    asked_by: SlackUserId
    text: str
    asked_at: datetime
    answer: str | None = None
    answered_at: datetime | None = None
