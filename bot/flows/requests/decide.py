"""Approve or decline a request. Approval creates a grant, or a renewal's intent, and nothing in AWS."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.authorization import Act, Role, approved_duration, count, judge
from bot.domain.catalog import Entitlement
from bot.domain.errors import Reason, Refused
from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.ids import DeliveryId, RequestId, SlackUserId
from bot.domain.lifecycle import RequestState
from bot.domain.requests.request import Answer, Decision, Request, RequestKind
from bot.domain.schedule import SPANS_KEPT, write_duration
from bot.flows import access, refresh, who_else
from bot.flows.context import Context
from bot.flows.requests import granting, press, renew
from bot.ports import Transaction

ANSWERS = frozenset({Act.APPROVE, Act.DECLINE})  # once by each approver
SLACK_DATES = timedelta(seconds=1)  # Slack gives its times in whole seconds


@dataclass(frozen=True, slots=True)
class Case:
    """An open request, what it asks for, and who may decide it now."""

    request: Request
    entitlement: Entitlement
    approvers: frozenset[SlackUserId]
    roles: frozenset[Role]  # of the person who presses


@dataclass(frozen=True, slots=True)
class Outcome:
    request: Request
    approved_by: frozenset[SlackUserId]
    needed: int


def approve(
    context: Context,
    *,
    request: RequestId,
    by: SlackUserId,
    delivery: DeliveryId | None,
    duration: timedelta | None = None,
    note: str = "",
) -> Outcome:
    """One approver's yes; the one that reaches `approvals` approves. Raises Refused, AlreadyDone.

    `duration` is at most what was asked for; of several approvals, the shortest one holds. The owner reads the note.
    """
    said = access.justified(note, optional=True)
    case = may_decide(context, request, by)
    wanted = case.entitlement
    access.must_be_offered(context.people, wanted, case.request.owner)
    now = context.clock.now()
    with context.work.begin(delivery) as tx:
        found = _vote(tx, Act.APPROVE, case, Decision(request, by, Answer.APPROVE, said, now, duration))
        if duration is not None and found.kind is RequestKind.RENEW:
            renew.must_be_longer(tx, found, duration, now)
        decisions = tx.decisions.of(request)
        quorum = count(decisions, needed=wanted.approvals, parties=found.parties, approvers=case.approvers)
        if quorum.reached:
            _settle(tx, request, RequestState.APPROVED, by, now)
            found = replace(found, state=RequestState.APPROVED)
            lasts = approved_duration(found.duration, decisions)
            if found.kind is RequestKind.RENEW:
                renew.approved(tx, wanted, found, lasts, by, now)
            else:
                granting.make(tx, context, wanted, found, lasts, by=by, now=now)
        refresh.request(tx, request)
    return Outcome(found, quorum.approved_by, wanted.approvals)


def decline(
    context: Context, *, request: RequestId, by: SlackUserId, justification: str, delivery: DeliveryId | None
) -> Outcome:
    """One decline settles it; the requester reads why. Raises Refused, AlreadyDone."""
    why = access.justified(justification)
    case = may_decide(context, request, by, Act.DECLINE)
    now = context.clock.now()
    with context.work.begin(delivery) as tx:
        found = _vote(tx, Act.DECLINE, case, Decision(request, by, Answer.DECLINE, why, now))
        _settle(tx, request, RequestState.DECLINED, by, now)
        refresh.request(tx, request)
        tx.outbox.enqueue(Notice.OUTCOME, request, *sorted(found.parties))
    return Outcome(replace(found, state=RequestState.DECLINED), frozenset(), case.entitlement.approvals)


def may_decide(context: Context, request: RequestId, by: SlackUserId, act: Act = Act.APPROVE) -> Case:
    """Raises Refused unless this person may answer it now."""
    now = context.clock.now()
    with context.work.begin() as tx:
        found = tx.requests.get(request)
        if found is None:
            raise Refused(Reason.NOT_FOUND)
        press.must_be_open(tx, act, found, now)
        answered = frozenset(each.approver for each in tx.decisions.of(request))
    whose = answered | {by}
    wanted = access.entitlement_of(context.catalog, found.entitlement)
    access.member(context.people, by)
    changed = _group_changed(context, wanted, found, whose)  # first: it drops what is remembered of members
    if changed is not None and changed > found.made_at:
        _note_change(context, found, changed)
    if found.deciders is None and changed is not None and changed > found.made_at - SLACK_DATES:
        raise Refused(Reason.ASKED_BEFORE_UPDATE)
    approvers = access.deciders(context.people, context.catalog, wanted, found, whose)
    roles = press.party_roles(found, by)
    if by in approvers:
        roles |= {Role.APPROVER}
    elif by in access.deciders_now(context.people, context.catalog, wanted, found):
        roles |= {Role.NEWCOMER}
    known = replace(press.facts(found, roles, now), done_before=act in ANSWERS and by in answered)
    who_else.must(context.people, judge(act, known), approvers - found.parties)
    return Case(found, wanted, approvers, roles)


def _group_changed(
    context: Context, wanted: Entitlement, request: Request, whose: frozenset[SlackUserId]
) -> datetime | None:
    """None without user groups, and where Slack doesn't say but the catalog names everybody whose answer counts."""
    try:
        return access.group_changed_at(context.people, context.catalog, wanted, request)
    except Refused:
        if whose <= access.named(context.catalog, wanted, request):
            return None
        raise


def _note_change(context: Context, request: Request, changed: datetime) -> None:
    """The user group changed after the request was made: record it, show it in its messages, and notify the admins.

    Once for each change, whatever the press leads to.
    """
    now = context.clock.now()
    with context.work.begin() as tx:
        if tx.once(f"group-changed/{request.id}/{int(changed.timestamp())}", now, now - SPANS_KEPT):
            facts = {"changed_at": changed.isoformat()}
            tx.record(Tag.REQUEST_GROUP_CHANGED, request.id, by=LATCHKEY, at=now, facts=facts)
            refresh.request(tx, request.id)
            tx.outbox.enqueue(Notice.GROUP_CHANGED, request.id, *context.catalog.admins)


def _vote(tx: Transaction, act: Act, case: Case, decision: Decision) -> Request:
    """Lock the request, then write the decision, so that two simultaneous approvers each see the other's row.

    A renewal's grant is locked first, as in everything that ends a grant.
    """
    if case.request.grant is not None:
        tx.grants.lock(case.request.grant)
    tx.requests.lock(decision.request)
    found = tx.requests.get(decision.request) or case.request
    before = any(each.approver == decision.approver for each in tx.decisions.of(found.id))
    known = press.facts(found, case.roles, decision.made_at)
    press.must(tx, act, found, replace(known, done_before=before, duration=decision.duration))
    if decision.duration == found.duration:
        decision = replace(decision, duration=None)
    if not tx.decisions.add(decision):
        raise Refused(Reason.ALREADY_VOTED)
    facts = {"answer": decision.answer.value}
    if decision.duration is not None:
        facts["duration"] = write_duration(decision.duration)
    tx.record(Tag.DECISION_MADE, decision.request, by=decision.approver, at=decision.made_at, facts=facts)
    return found


def _settle(tx: Transaction, request: RequestId, after: RequestState, by: str, now: datetime) -> None:
    """Under the request's lock nobody can have been faster. If somebody was, nothing is written."""
    if not tx.transition(request, RequestState.REQUESTED, after, by=by, at=now):
        raise Refused(Reason.SOMEBODY_WAS_FIRST)
