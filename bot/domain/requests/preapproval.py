"""A pre-approval: an approver's yes in advance, to one person's requests for one entitlement, until a date."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.ids import EntitlementId, RequestId, SlackUserId
from bot.domain.requests.request import Request

AHEAD_MOST = timedelta(days=90)
DAY = timedelta(days=1)  # it lasts to the end of its last day


@dataclass(frozen=True, slots=True)
class Preapproval:
    id: str
    request: RequestId  # on whose message it was given
    owner: SlackUserId
    entitlement: EntitlementId
    duration: timedelta  # as that request asked for: a longer one is an ordinary request
    until: datetime
    by: SlackUserId
    made_at: datetime
    ended_at: datetime | None = None  # revoked, or replaced by another one of the same approver
    ended_by: SlackUserId | None = None

    def stands(self, now: datetime) -> bool:
        return self.ended_at is None and now < self.until

    def covers(self, request: Request) -> bool:
        """Whether its approver's decision is already made."""
        same = request.owner == self.owner and request.entitlement == self.entitlement
        return same and self.stands(request.made_at) and request.duration <= self.duration
