"""A request for an entitlement, and an approver's decision about it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.ids import EntitlementId, GrantId, RequestId, SlackUserId
from bot.domain.lifecycle import RequestState


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
    duration: timedelta
    justification: str
    state: RequestState
    made_at: datetime
    decide_by: datetime
    grant: GrantId | None = None  # the grant to renew; the grant of a new request has the request's own id
    reminded_at: datetime | None = None  # when its approvers were reminded, once
    escalated_at: datetime | None = None  # from then on the group that the catalog escalates to may decide too
    replaces: str | None = None  # row id of the found key that it replaces
    deciders: str | None = None  # Slack user ids of the approvers when it was made; None: made before this was recorded
    dedup_key: str | None = None  # unique among open requests; None: made before this limit existed


@dataclass(frozen=True, slots=True)
class Decision:
    request: RequestId
    approver: SlackUserId
    answer: Answer
    justification: str
    made_at: datetime
