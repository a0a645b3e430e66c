"""Pre-approved requests: an approver's yes in advance becomes their decision, as soon as the request is made."""

from dataclasses import replace
from datetime import datetime

from bot.domain.authorization import count
from bot.domain.catalog import Entitlement
from bot.domain.errors import Refused
from bot.domain.events import Tag
from bot.domain.ids import SlackUserId
from bot.domain.lifecycle import RequestState
from bot.domain.requests.preapproval import Preapproval
from bot.domain.requests.request import Answer, Decision, Request
from bot.flows import access
from bot.flows.context import Context
from bot.flows.requests import granting
from bot.ports import Transaction


def for_request(context: Context, wanted: Entitlement, request: Request) -> tuple[Preapproval, ...]:
    """Those that count for a new request: their approvers are approvers now. Asks Slack, before the transaction."""
    if wanted.dangerous or not context.work.anybody_preapproved():
        return ()
    with context.work.begin() as tx:
        rows = tx.preapprovals.of_owner(request.owner, request.entitlement, request.made_at)
    if not rows:
        return ()
    return tuple(each for each in rows if each.covers(request) and _counts(context, wanted, request, each.by))


def _counts(context: Context, wanted: Entitlement, request: Request, by: SlackUserId) -> bool:
    """False if Slack can't say: then people are asked, and the request isn't refused."""
    try:
        able = access.deciders(context.people, context.catalog, wanted, request, frozenset({by})) - request.parties
        return by in able and context.people.find(by).full_member
    except Refused:
        return False


def settle(
    tx: Transaction, context: Context, wanted: Entitlement, request: Request, preapprovals: tuple[Preapproval, ...]
) -> Request:
    """Write their decisions in the transaction that wrote the request. The one that reaches `approvals` approves."""
    rows = [each for each in preapprovals if _stands(tx, each, request.made_at)]
    for each in rows:
        tx.decisions.add(Decision(request.id, each.by, Answer.APPROVE, "", request.made_at, preapproval=each.id))
        facts = {"answer": Answer.APPROVE.value, "preapproval": each.id}
        tx.record(Tag.DECISION_MADE, request.id, by=each.by, at=request.made_at, facts=facts)
        if (done := _reached(tx, context, wanted, request, each.by)) is not None:
            return done
    return request


def _stands(tx: Transaction, row: Preapproval, now: datetime) -> bool:
    """As it is now: somebody may have revoked it meanwhile."""
    fresh = tx.preapprovals.get(row.id)
    return fresh is not None and fresh.stands(now)


def _reached(
    tx: Transaction, context: Context, wanted: Entitlement, request: Request, by: SlackUserId
) -> Request | None:
    decisions, now = tx.decisions.of(request.id), request.made_at
    approvers = frozenset(each.approver for each in decisions)  # checked before the transaction
    if not count(decisions, needed=wanted.approvals, parties=request.parties, approvers=approvers).reached:
        return None
    tx.transition(request.id, RequestState.REQUESTED, RequestState.APPROVED, by=by, at=now)
    granting.make(tx, context, wanted, request, request.duration, by=by, now=now)
    return replace(request, state=RequestState.APPROVED)
