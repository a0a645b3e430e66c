"""Pre-approve: an approver's yes in advance. Later requests get it as that person's decision, as soon as they are made.

It approves nothing by itself. Where an entitlement needs several approvals, the others are still asked.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.catalog import Entitlement
from bot.domain.errors import Reason, Refused
from bot.domain.events import Tag
from bot.domain.ids import DeliveryId, RequestId, SlackUserId
from bot.domain.lifecycle import RequestState
from bot.domain.policy import approved_duration, count
from bot.domain.preapproval import AHEAD_MOST, DAY, Preapproval
from bot.domain.request import Answer, Decision, Request, RequestKind
from bot.domain.schedule import write_duration
from bot.flows import access, refresh
from bot.flows.context import Context
from bot.flows.requests import granting
from bot.ports import Transaction

USUALLY = timedelta(days=30)  # what the window suggests


def preapprove(
    context: Context, *, request: RequestId, by: SlackUserId, until: datetime | None, delivery: DeliveryId | None
) -> Preapproval:
    """For the owner and entitlement of this request. Replaces the same approver's earlier one. Raises Refused."""
    found, now = may_preapprove(context, request, by), context.clock.now()
    if until is None or until <= now:
        raise Refused(Reason.NOT_AHEAD)
    if until > now + AHEAD_MOST + DAY:
        raise Refused(Reason.PREAPPROVED_TOO_LONG, latest=now + AHEAD_MOST)
    row = Preapproval(
        context.fresh_id(), found.id, found.owner, found.entitlement, found.duration, until, by, made_at=now
    )
    facts = {
        "owner": row.owner,
        "entitlement": row.entitlement,
        "duration": write_duration(row.duration),
        "until": until.isoformat(),
    }
    with context.work.begin(delivery) as tx:
        earlier = [each for each in tx.preapprovals.of_owner(row.owner, row.entitlement, now) if each.by == by]
        for each in earlier:
            tx.preapprovals.end(each.id, by, now)
        tx.preapprovals.add(row)
        tx.record(Tag.PREAPPROVAL_MADE, row.id, by=by, at=now, facts=facts)
        for of in sorted({found.id, *(each.request for each in earlier)}):  # one order, so that two can't deadlock
            refresh.request(tx, of)
    return row


def may_preapprove(context: Context, request: RequestId, by: SlackUserId) -> Request:
    """The request as far as it was approved, for an approver who isn't its requester or owner. Raises Refused."""
    with context.work.begin() as tx:
        found, decisions = tx.requests.get(request), tx.decisions.of(request)
    if found is None:
        raise Refused(Reason.NOT_FOUND)
    wanted = access.entitlement_of(context.catalog, found.entitlement)
    access.member(context.people, by)
    if by not in access.deciders(context.people, context.catalog, wanted, found):
        raise Refused(Reason.NOT_APPROVER)
    if by in found.parties:
        raise Refused(Reason.OWN_REQUEST)
    if wanted.dangerous or found.kind is not RequestKind.NEW or found.emergency:
        raise Refused(Reason.NOT_PREAPPROVABLE)
    return replace(found, duration=approved_duration(found.duration, decisions))


def revoke(context: Context, *, preapproval: str, by: SlackUserId, delivery: DeliveryId | None) -> Preapproval:
    """Any approver of its entitlement, or an admin. What it approved already stays approved. Raises Refused."""
    now = context.clock.now()
    with context.work.begin() as tx:
        found = tx.preapprovals.get(preapproval)
    if found is None:
        raise Refused(Reason.NOT_FOUND)
    access.member(context.people, by)
    if by not in _revokers(context, found):
        raise Refused(Reason.NOT_APPROVER)
    with context.work.begin(delivery) as tx:
        if not tx.preapprovals.end(preapproval, by, now):
            fresh = tx.preapprovals.get(preapproval) or found
            raise Refused(Reason.ALREADY_DECIDED, state="revoked", by=fresh.ended_by, at=fresh.ended_at)
        tx.record(Tag.PREAPPROVAL_REVOKED, preapproval, by=by, at=now)
        refresh.request(tx, found.request)
    return found


def _revokers(context: Context, of: Preapproval) -> frozenset[SlackUserId]:
    wanted = context.catalog.entitlements.get(of.entitlement)
    approvers = access.approvers_now(context.people, context.catalog, wanted) if wanted else frozenset()
    return approvers | frozenset(context.catalog.admins)


def listed(context: Context, *, by: SlackUserId) -> tuple[Preapproval, ...]:
    """Those that stand and that this person may revoke, the one that ends next first."""
    with context.work.begin() as tx:
        rows = tx.preapprovals.standing(context.clock.now())
    return tuple(each for each in rows if by in _revokers(context, each))


# --- when a request is made ---------------------------------------------------------------------------------------


def for_request(context: Context, wanted: Entitlement, request: Request) -> tuple[Preapproval, ...]:
    """Those that count for a new request: their approvers are approvers now. Asks Slack, before the transaction."""
    if wanted.dangerous or not context.work.anybody_preapproved():
        return ()
    with context.work.begin() as tx:
        rows = tx.preapprovals.of_owner(request.owner, request.entitlement, request.made_at)
    if not rows:
        return ()
    able = access.deciders(context.people, context.catalog, wanted, request) - request.parties
    return tuple(
        each for each in rows if each.covers(request) and each.by in able and context.people.find(each.by).full_member
    )


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
