"""Renew: the owner asks for a longer lease. Approval records the new date, and the worker applies it in AWS."""

from datetime import datetime, timedelta

from bot.domain.authorization import OWNER, Act, Facts, in_time, judge
from bot.domain.catalog import Entitlement
from bot.domain.errors import Reason, Refused
from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.grant import Grant
from bot.domain.ids import ID_BYTES, DeliveryId, GrantId, RequestId, SlackUserId, fresh_id
from bot.domain.lifecycle import RequestState
from bot.domain.requests.request import Request, RequestKind
from bot.flows import access, refresh
from bot.flows.context import Context
from bot.flows.requests import ask as request
from bot.flows.requests import routing
from bot.ports import Transaction

LONGER_ALREADY, LONGER_ONE = "longer-already", "longer-one"


def ask(
    context: Context,
    *,
    grant: GrantId,
    duration: timedelta,
    justification: str,
    by: SlackUserId,
    delivery: DeliveryId | None,
) -> Request:
    """One request of kind renew. It can be decided only while the lease runs. Raises Refused, AlreadyDone."""
    found, wanted = may_renew(context, grant=grant, by=by)
    access.must(judge(Act.RENEW, Facts(roles=OWNER, duration=duration, longest=wanted.max_duration)))
    why = access.justified(justification)
    routed, now = routing.at_submission(context, wanted, frozenset({by})), context.clock.now()

    def add(tx: Transaction) -> Request:
        fresh = _running(tx.grants.lock(grant), now)
        until = runs_until(fresh)
        if now + duration <= until:
            raise Refused(Reason.NOT_LONGER, until=until)
        asked = Request(
            id=RequestId(fresh_id(context.entropy.bytes(ID_BYTES))),
            kind=RequestKind.RENEW,
            entitlement=wanted.id,
            requester=by,
            owner=by,
            duration=duration,
            justification=why,
            state=RequestState.REQUESTED,
            made_at=now,
            decide_by=min(now + context.catalog.decide_within, fresh.lease_until or now),
            grant=found.id,
            deciders=routed.deciders,
            dedup_key=f"renew {found.id}",
        )
        request.write(tx, asked, routed.places, {"entitlement": wanted.id, "grant": grant})
        tx.last_accessed.request(found.id, now)
        routing.warn(tx, context.catalog, asked.id, routed.problems, now)
        return asked

    return request.submit(context, by=by, dedup_key=f"renew {found.id}", delivery=delivery, add=add)


def may_renew(context: Context, *, grant: GrantId, by: SlackUserId) -> tuple[Grant, Entitlement]:
    """The owner's active grant, and the entitlement to renew it as. Raises Refused."""
    with context.work.begin() as tx:
        found = tx.grants.get(grant)
        rows = tx.credentials.of(grant)
    if found is None:
        raise Refused(Reason.NOT_FOUND)
    access.must_be_allowed(Act.RENEW, context.people, context.catalog, found, by)
    _running(found, context.clock.now())
    wanted = access.entitlement_of(context.catalog, found.entitlement)
    access.must_be_offered(context.people, wanted, by)
    if wanted.account != found.account:
        raise Refused(Reason.NOT_REQUESTABLE, entitlement=wanted.id)
    access.same_kind(wanted, rows)
    return found, wanted


def _running(grant: Grant | None, now: datetime) -> Grant:
    """Raises Refused unless the lease is running now."""
    if grant is None:
        raise Refused(Reason.NOT_FOUND)
    refusal = in_time(Act.RENEW, Facts(state=grant.state_at(now)))
    if refusal is not None and refusal.reason is Reason.GRANT_OVER:
        raise Refused(Reason.GRANT_OVER, state=grant.stands(now))
    access.must(refusal)
    return grant


def must_be_longer(tx: Transaction, request: Request, duration: timedelta, now: datetime) -> None:
    """Raises Refused if the lease runs that long already: a shortened renewal would change nothing."""
    grant = _running(tx.grants.get(request.grant) if request.grant else None, now)
    if now + duration <= (until := runs_until(grant)):
        raise Refused(Reason.NOT_LONGER, until=until)


def runs_until(grant: Grant) -> datetime:
    """The end of the lease, or the later date that was approved and is being applied."""
    if grant.lease_until is None:
        raise Refused(Reason.NOT_RUNNING)
    return max(grant.lease_until, grant.renew_until or grant.lease_until)


def approved(
    tx: Transaction, wanted: Entitlement, request: Request, duration: timedelta, by: SlackUserId, now: datetime
) -> None:
    """Write the intent, under the grant's lock. Never shortens a lease. Raises Refused, with nothing decided."""
    grant = _running(tx.grants.lock(request.grant) if request.grant else None, now)
    access.must(judge(Act.RENEW, Facts(roles=OWNER, duration=duration, longest=wanted.max_duration)))
    until = now + duration
    if until <= runs_until(grant):
        not_renewed(tx, grant, request.id, LONGER_ALREADY, now)
        return
    if grant.renew_request is not None:
        not_renewed(tx, grant, grant.renew_request, LONGER_ONE, now)
    tx.grants.set_renewal(grant.id, until, request.id)
    facts = {"request": request.id, "until": until.isoformat()}
    tx.record(Tag.GRANT_RENEWING, grant.id, by=by, at=now, facts=facts)
    tx.outbox.refresh(Notice.GRANT, grant.id)


def not_renewed(tx: Transaction, grant: Grant, request: RequestId, why: str, now: datetime) -> None:
    """An approved renewal that changes nothing; its requester and its approvers read why."""
    tx.record(Tag.GRANT_NOT_RENEWED, grant.id, by=LATCHKEY, at=now, facts={"request": request, "why": why})
    refresh.request(tx, request)
    tx.outbox.enqueue(Notice.OUTCOME, request, grant.owner)


def close(tx: Transaction, grant: Grant, now: datetime, *, by: str) -> None:
    """The grant is over: close its open requests to renew, whether approvers or the worker were next."""
    if grant.renew_request is not None:
        refresh.request(tx, grant.renew_request)
    for each in tx.requests.renewals_of(grant.id):
        if tx.transition(each.id, RequestState.REQUESTED, RequestState.LAPSED, by=by, at=now):
            refresh.request(tx, each.id)
