"""Pre-approve: an approver's yes in advance, to one person's requests for one entitlement; and revoke it.

It approves nothing by itself. Where an entitlement needs several approvals, the others are still asked.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.authorization import Act, Facts, approved_duration, judge
from bot.domain.errors import Reason, Refused
from bot.domain.events import Tag
from bot.domain.ids import DeliveryId, RequestId, SlackUserId
from bot.domain.requests.preapproval import AHEAD_MOST, DAY, Preapproval
from bot.domain.requests.request import Request, RequestKind
from bot.domain.schedule import write_duration
from bot.flows import access, refresh, who_else
from bot.flows.context import Context
from bot.flows.requests import decide, press

USUALLY = timedelta(days=30)  # what the window suggests
LOCK = "preapprove"  # of two by the same approver at once, the second one replaces the first


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
    facts = {**_about(row), "duration": write_duration(row.duration), "until": until.isoformat()}
    with context.work.begin(delivery) as tx:
        tx.set_flag(f"{LOCK}/{by}", "", over_at=now)
        earlier = [each for each in tx.preapprovals.of_owner(row.owner, row.entitlement, now) if each.by == by]
        for each in earlier:
            tx.preapprovals.end(each.id, by, now)
        tx.preapprovals.add(row)
        tx.record(Tag.PREAPPROVAL_MADE, row.id, by=by, at=now, facts=facts)
        for of in sorted({found.id, *(each.request for each in earlier)}):  # one order, so that two can't deadlock
            refresh.request(tx, of)
    return row


def _about(row: Preapproval) -> dict[str, str]:
    return {"owner": row.owner, "entitlement": row.entitlement}


def may_preapprove(context: Context, request: RequestId, by: SlackUserId) -> Request:
    """The request as far as it was approved, for whoever may decide such a request. Raises Refused."""
    case = decide.may_decide(context, request, by, Act.PREAPPROVE)
    found = case.request
    if case.entitlement.dangerous or found.kind is not RequestKind.NEW or found.emergency:
        raise Refused(Reason.NOT_PREAPPROVABLE)
    with context.work.begin() as tx:
        return replace(found, duration=approved_duration(found.duration, tx.decisions.of(request)))


def revoke(context: Context, *, preapproval: str, by: SlackUserId, delivery: DeliveryId | None) -> Preapproval:
    """Any approver of its entitlement, or an admin. What it approved already stays approved. Raises Refused."""
    now = context.clock.now()
    with context.work.begin() as tx:
        found = tx.preapprovals.get(preapproval)
    if found is None:
        raise Refused(Reason.NOT_FOUND)
    access.member(context.people, by)
    if refusal := _may_revoke(context, found, by):
        able = press.deciding(context.people, context.catalog, found.entitlement)
        raise who_else.named(context.people, refusal, able)
    with context.work.begin(delivery) as tx:
        if not tx.preapprovals.end(preapproval, by, now):
            fresh = tx.preapprovals.get(preapproval) or found
            raise Refused(Reason.ALREADY_DECIDED, state="revoked", by=fresh.ended_by, at=fresh.ended_at)
        tx.record(Tag.PREAPPROVAL_REVOKED, preapproval, by=by, at=now, facts=_about(found))
        refresh.request(tx, found.request)
    return found


def _may_revoke(context: Context, found: Preapproval, by: SlackUserId) -> Refused | None:
    roles = press.deciding_roles(context.people, context.catalog, found.entitlement, by)
    return judge(Act.END_PREAPPROVAL, Facts(roles=roles))


def listed(context: Context, *, by: SlackUserId) -> tuple[Preapproval, ...]:
    """Those that stand and that this person may revoke, the one that ends next first."""
    with context.work.begin() as tx:
        rows = tx.preapprovals.standing(context.clock.now())
    return tuple(each for each in rows if _may_revoke(context, each, by) is None)
