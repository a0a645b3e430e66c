"""Remind the approvers once of a request that waits, and escalate it from group to group along the catalog's chain."""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain.authorization import Act
from bot.domain.catalog import Approvers
from bot.domain.errors import Reason, Refused
from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.ids import DeliveryId, RequestId, SlackUserId
from bot.domain.requests.request import Request
from bot.domain.subjects import Timed
from bot.flows import access, recipients, refresh
from bot.flows.context import Context
from bot.flows.requests import press, routing

COOL_DOWN = timedelta(minutes=30)  # between two reminders that people ask for


def send(context: Context) -> int:
    """The catalog says when. By state and not by time: a worker that was down does it late, and once."""
    now = context.clock.now()
    with context.work.begin() as tx:
        waiting = tx.requests.open_all()
    return sum(_nudge(context, now, each) for each in waiting if each.decide_by > now)


def _nudge(context: Context, now: datetime, request: Request) -> int:
    entitlement = context.catalog.entitlements.get(request.entitlement)
    if entitlement is None:
        return 0
    chain, done = context.catalog.chain_of(entitlement), 0
    last, further = chain[: 1 + request.escalations][-1], chain[1 + request.escalations :]
    if further and now - (request.escalated_at or request.made_at) >= last.escalate_after:
        done += _notify(context, now, further[0], request, Notice.ESCALATION)
    if request.reminded_at is None and now - request.made_at >= chain[0].remind_after:
        done += _notify(context, now, chain[0], request, Notice.REMINDER)
    return done


def remind_now(context: Context, *, request: RequestId, by: SlackUserId, delivery: DeliveryId | None) -> None:
    """The requester or the owner has everybody reminded who is asked, with a new message. Raises Refused, AlreadyDone.

    At most once in COOL_DOWN, whoever of the two presses.
    """
    now = context.clock.now()
    with context.work.begin() as tx:
        found = tx.requests.get(request)
        if found is None:
            raise Refused(Reason.NOT_FOUND)
        press.must(tx, Act.NUDGE, found, press.facts(found, press.party_roles(found, by), now))
    access.member(context.people, by)
    wanted = access.entitlement_of(context.catalog, found.entitlement)
    groups = access.groups_asked(context.catalog, wanted, found)
    places = [to for each in groups for to in routing.of_request(context.people, context.catalog, each, found.parties)]
    with context.work.begin(delivery) as tx:
        tx.requests.lock(request)
        fresh = tx.requests.get(request) or found
        known = press.facts(fresh, press.party_roles(found, by), now)
        last = refresh.last_nudge(tx, request)
        press.must(tx, Act.NUDGE, fresh, replace(known, not_before=last + COOL_DOWN if last else None))
        tx.record(Tag.REQUEST_NUDGED, request, by=by, at=now)
        tx.outbox.enqueue(Notice.REMINDER, str(Timed(request, now)), *dict.fromkeys(places))
        tx.outbox.refresh(Notice.RECEIPT, request)


def _notify(context: Context, now: datetime, group: Approvers, request: Request, notice: Notice) -> bool:
    try:
        recipients.of_group(context.people, group)
    except Refused:  # Slack doesn't say who they are: at the next run
        problems = tuple(routing.unreadable(context.people, group))
        with context.work.begin() as tx:
            routing.warn(tx, context.catalog, request.id, problems, now)
        return False
    places = routing.of_request(context.people, context.catalog, group, request.parties)
    with context.work.begin() as tx:
        reminds, times = notice is Notice.REMINDER, request.escalations + 1
        fresh = (
            tx.requests.mark_reminded(request.id, now)
            if reminds
            else tx.requests.mark_escalated(request.id, now, times)
        )
        if not fresh:
            return False
        tag = Tag.REQUEST_REMINDED if reminds else Tag.REQUEST_ESCALATED
        tx.record(tag, request.id, by=LATCHKEY, at=now, facts={"group": group.name})
        tx.outbox.enqueue(notice, request.id, *places)
        if not reminds:  # the earlier copies say who is asked as well
            refresh.request(tx, request.id)
    return True
