"""Remind the approvers once of a request that waits, and later escalate it to another group."""

from datetime import datetime

from bot.domain.catalog import Approvers
from bot.domain.errors import Refused
from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.request import Request
from bot.flows import access, recipients
from bot.flows.context import Context


def nudge(context: Context) -> int:
    """The catalog says when. By state and not by time: a worker that was down does it late, and once."""
    now = context.clock.now()
    with context.work.begin() as tx:
        waiting = tx.requests.open_all()
    return sum(_nudge(context, now, each) for each in waiting if each.decide_by > now)


def _nudge(context: Context, now: datetime, request: Request) -> int:
    entitlement = context.catalog.entitlements.get(request.entitlement)
    if entitlement is None:
        return 0
    group, waited = context.catalog.approvers_of(entitlement), now - request.made_at
    further, done = access.escalation_of(context.catalog, entitlement), 0
    if further and group.escalate_after and waited >= group.escalate_after and request.escalated_at is None:
        done += _tell(context, now, further, request, Notice.APPROVAL)
    if group.remind_after and waited >= group.remind_after and request.reminded_at is None:
        done += _tell(context, now, group, request, Notice.REMINDER)
    return done


def _tell(context: Context, now: datetime, group: Approvers, request: Request, notice: Notice) -> bool:
    try:
        places = recipients.of_request(context.people, group, request.parties)
    except Refused:  # Slack does not say who they are: at the next run
        return False
    with context.work.begin() as tx:
        reminder = notice is Notice.REMINDER
        mark = tx.requests.reminded if reminder else tx.requests.escalated
        if not mark(request.id, now):
            return False
        tag = Tag.REQUEST_REMINDED if reminder else Tag.REQUEST_ESCALATED
        tx.record(tag, request.id, by=LATCHKEY, at=now)
        tx.outbox.enqueue(notice, request.id, *places)
    return True
