"""A request for an entitlement, and an approver's decision about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.ids import EntitlementId, GrantId, RequestId, SlackUserId
from bot.domain.lifecycle import RequestState

JUSTIFICATION_MOST = 1000  # characters, here and in every other modal that asks for a justification
TICKET_MOST = 255  # characters of a ticket


class RequestKind(StrEnum):
    NEW = "new"
    RENEW = "renew"


class Answer(StrEnum):
    APPROVE = "approve"
    DECLINE = "decline"


@dataclass(frozen=True, slots=True)
class Request:
    id: RequestId
    kind: RequestKind
    entitlement: EntitlementId
    requester: SlackUserId
    owner: SlackUserId  # who will hold the credential; the requester, unless they ask on somebody's behalf
    duration: timedelta
    justification: str
    state: RequestState
    made_at: datetime
    decide_by: datetime
    grant: GrantId | None = None  # the grant to renew; the grant of a new request has the request's own id
    reminded_at: datetime | None = None  # when its approvers were reminded, once
    escalated_at: datetime | None = None  # last; from then on the group that the catalog escalates to may decide too
    escalations: int = 0  # how many groups of the catalog's chain it was escalated to
    replaces: str | None = None  # row id of the found key that it replaces
    deciders: str | None = None  # Slack user ids of the approvers when it was made; None: made before this was recorded
    dedup_key: str | None = None  # unique among open requests; None: made before this limit existed
    ticket: str | None = None  # as the requester typed it; matches the entitlement's `ticket`
    emergency: bool = False  # break-glass: issued without a decision, reviewed afterwards
    rule: int | None = None  # which [[auto_approve]] of the catalog approved it, counted from 1

    @property
    def parties(self) -> frozenset[SlackUserId]:
        """Who never decides about it."""
        return frozenset({self.requester, self.owner})


@dataclass(frozen=True, slots=True)
class Decision:
    request: RequestId
    approver: SlackUserId
    answer: Answer
    justification: str  # why it was declined, or a note with an approval; may be empty
    made_at: datetime
    duration: timedelta | None = None  # shorter than asked for; None: as asked for
    preapproval: str | None = None  # given in advance, by this row
