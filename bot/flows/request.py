"""Ask for an entitlement, or take the ask back."""

from datetime import timedelta

from bot.domain.catalog import Catalog, Entitlement
from bot.domain.errors import Reason, Refused
from bot.domain.events import Notice, Tag
from bot.domain.ids import ID_BYTES, DeliveryId, EntitlementId, RequestId, SlackUserId, fresh_id
from bot.domain.lifecycle import RequestState
from bot.domain.request import Request, RequestKind
from bot.flows import rules
from bot.ports import Clock, Entropy, People, Tx, Work


def ask(
    work: Work,
    clock: Clock,
    entropy: Entropy,
    people: People,
    catalog: Catalog,
    *,
    entitlement: EntitlementId,
    duration: timedelta,
    justification: str,
    by: SlackUserId,
    delivery: DeliveryId | None,
    replaces: str | None = None,
) -> Request:
    """One request, waiting for its approvers; `replaces` is a found key's row. Raises Refused, AlreadyDone."""
    wanted = _allowed(catalog, entitlement, duration, justification, by)
    rules.member(people, by)
    approvers = rules.approvers_now(people, catalog, wanted)
    if len(approvers - {by}) < wanted.approvals:
        raise Refused(Reason.NOT_REQUESTABLE, why="too few approvers besides you")
    places = rules.asked(people, catalog.approvers_of(wanted), by)
    now = clock.now()
    request = Request(
        id=RequestId(fresh_id(entropy.bytes(ID_BYTES))),
        kind=RequestKind.NEW,
        entitlement=wanted.id,
        requester=by,
        duration=duration,
        justification=justification.strip(),
        state=RequestState.REQUESTED,
        made_at=now,
        decide_by=now + catalog.decide_within,
        replaces=replaces,
    )
    with work.begin(delivery) as tx:
        _must_be_the_only_one(tx, replaces)
        tx.requests.add(request)
        tx.record(Tag.REQUEST_MADE, request.id, by=by, at=now, facts={"entitlement": wanted.id})
        tx.outbox.want(Notice.APPROVAL, request.id, *places)
        tx.outbox.want(Notice.RECEIPT, request.id, by)
    return request


def _must_be_the_only_one(tx: Tx, replaces: str | None) -> None:
    """Under the lock of the IAM user whose found key it is: of two at once, one is asked for in its place."""
    found = tx.inventory.get(replaces) if replaces else None
    if found is not None:
        tx.inventory.hold(found.account, found.user)
        if tx.adopted.replacement(found.id) is not None:
            raise Refused(Reason.REPLACED_ALREADY)


def _allowed(
    catalog: Catalog, entitlement: EntitlementId, duration: timedelta, justification: str, by: SlackUserId
) -> Entitlement:
    wanted = rules.entitlement_of(catalog, entitlement)
    if not wanted.offered_to(by):
        raise Refused(Reason.NOT_REQUESTABLE, entitlement=entitlement)
    if duration > wanted.max_duration:
        raise Refused(Reason.TOO_LONG, longest=wanted.max_duration)
    if not justification.strip():
        raise Refused(Reason.NO_JUSTIFICATION)
    return wanted


def cancel(work: Work, clock: Clock, *, request: RequestId, by: SlackUserId, delivery: DeliveryId | None) -> Request:
    """The requester takes it back while nobody has decided. Raises Refused, AlreadyDone."""
    now = clock.now()
    with work.begin(delivery) as tx:
        found = tx.requests.get(request)
        if found is None:
            raise Refused(Reason.NOT_FOUND)
        if found.requester != by:
            raise Refused(Reason.NOT_OWNER, owner=found.requester)
        if found.state is RequestState.REQUESTED and found.decide_by <= now:
            raise Refused(Reason.ALREADY_DECIDED, state=RequestState.LAPSED)
        if not tx.move(request, RequestState.REQUESTED, RequestState.CANCELLED, by=by, at=now):
            raise Refused(Reason.ALREADY_DECIDED, state=(tx.requests.get(request) or found).state)
        rules.show(tx, request)
        after = tx.requests.get(request)
    return after or found
