"""A request: somebody's ask for an entitlement; and a decision: one approver's answer to it."""

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
    grant: GrantId | None = None  # a renew's grant; a new request's grant has the request's id instead
    reminded_at: datetime | None = None  # its approvers were reminded, once
    escalated_at: datetime | None = None  # since then the group that the catalog escalates to may decide as well
    replaces: str | None = None  # the found key in whose place the new one comes: its row's id
    deciders: str | None = None  # who could decide it when it was made: Slack user ids; None: made before this was kept
    dedup_key: str | None = None  # no two open requests have the same; None: asked before this limit existed


@dataclass(frozen=True, slots=True)
class Decision:
    request: RequestId
    approver: SlackUserId
    answer: Answer
    justification: str
    made_at: datetime
