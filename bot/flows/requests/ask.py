"""Ask for an entitlement, or cancel the request."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta

from bot.domain.authorization import Act
from bot.domain.errors import Limit, LimitReached, Reason, Refused
from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.ids import ID_BYTES, DeliveryId, EntitlementId, RequestId, SlackUserId, fresh_id
from bot.domain.lifecycle import RequestState
from bot.domain.rate_limits import REQUESTS
from bot.domain.requests.request import Request, RequestKind
from bot.flows import access, queries, refresh
from bot.flows.context import Context
from bot.flows.requests import at_once, break_glass, press, routing, terms
from bot.ports import Transaction

TRIES = 3  # after each but the last, an overdue request is lapsed, or the limit refuses; somebody else may be faster


def ask(
    context: Context,
    *,
    entitlement: EntitlementId,
    duration: timedelta,
    justification: str,
    by: SlackUserId,
    delivery: DeliveryId | None,
    replaces: str | None = None,
    owner: SlackUserId | None = None,
    ticket: str = "",
    emergency: bool = False,
    also: Callable[[Transaction, Request], None] = lambda _tx, _request: None,
) -> Request:
    """One request, waiting for its approvers, unless it is approved at once. Raises Refused, AlreadyDone.

    `owner` will hold the credential; None means the requester. `replaces` is a found key's row. `also` writes what
    belongs to it, in its transaction.
    """
    holder = owner or by
    parties = frozenset({by, holder})
    access.member(context.people, by)
    wanted = terms.offered_for(context, entitlement, duration, holder, emergency=emergency)
    checked = terms.ticket_of(wanted, ticket)
    why = access.justified(justification)
    audience = break_glass.at_submission if emergency else routing.at_submission
    asked = audience(context, wanted, parties)
    now = context.clock.now()
    request = Request(
        id=RequestId(fresh_id(context.entropy.bytes(ID_BYTES))),
        kind=RequestKind.NEW,
        entitlement=wanted.id,
        requester=by,
        owner=holder,
        duration=duration,
        justification=why,
        state=RequestState.REQUESTED,
        made_at=now,
        decide_by=now + context.catalog.decide_within,
        replaces=replaces,
        deciders=asked.deciders,
        dedup_key=_dedup_key(wanted.id, holder, replaces, emergency=emergency),
        ticket=checked,
        emergency=emergency,
    )
    plan = at_once.plan(context, wanted, request)

    def add(tx: Transaction) -> Request:
        _must_be_the_only_one(tx, replaces)
        write(tx, request, asked.places, _facts(request))
        also(tx, request)
        routing.warn(tx, context.catalog, request.id, asked.problems, now)
        return at_once.settle(tx, context, wanted, request, plan)

    return submit(context, by=by, dedup_key=request.dedup_key, delivery=delivery, add=add)


def _dedup_key(wanted: EntitlementId, owner: SlackUserId, replaces: str | None, *, emergency: bool) -> str:
    if emergency:
        return break_glass.dedup_key(owner, wanted)
    return f"replace {replaces}" if replaces else f"{owner} {wanted}"


def write(tx: Transaction, request: Request, places: Iterable[str], facts: Mapping[str, str]) -> None:
    """The request, its audit event and the messages about it."""
    tx.count(REQUESTS, request.requester, request.made_at)
    tx.requests.add(request)
    tx.record(Tag.REQUEST_MADE, request.id, by=request.requester, at=request.made_at, facts=facts)
    tx.outbox.enqueue(Notice.BREAK_GLASS if request.emergency else Notice.APPROVAL, request.id, *places)
    tx.outbox.enqueue(Notice.RECEIPT, request.id, *sorted(request.parties))


def _facts(request: Request) -> dict[str, str]:
    found = {"entitlement": str(request.entitlement)}
    if request.owner != request.requester:
        found["owner"] = request.owner
    if request.ticket is not None:
        found["ticket"] = request.ticket
    return found | ({"emergency": "yes"} if request.emergency else {})


def submit(
    context: Context,
    *,
    by: SlackUserId,
    dedup_key: str | None,
    delivery: DeliveryId | None,
    add: Callable[[Transaction], Request],
) -> Request:
    """Run `add` in one transaction. If a limit stops it, say which one and until when. Raises Refused, AlreadyDone.

    A request past decide_by that no sweep has lapsed yet is lapsed here: it must not block the next one.
    """
    for _ in range(TRIES):
        try:
            with context.work.begin(delivery) as tx:
                return add(tx)
        except LimitReached as reached:
            limit = reached.limit
        _make_room(context, limit, by, dedup_key)
    raise Refused(Reason.SOMEBODY_WAS_FIRST, state=RequestState.REQUESTED)


def _make_room(context: Context, limit: Limit, by: SlackUserId, dedup_key: str | None) -> None:
    """In its own transaction: `add` locks a grant first, and whatever ends a grant locks its requests after it."""
    now = context.clock.now()
    with context.work.begin() as tx:
        if limit is Limit.RATE:
            raise Refused(Reason.TOO_MANY, limit=REQUESTS, until=tx.counts_again_at(REQUESTS, by))
        waiting = tx.requests.find_open(dedup_key or "")
        if waiting is not None and waiting.decide_by > now:
            raise Refused(Reason.ALREADY_WAITING, since=waiting.made_at, until=waiting.decide_by)
        if waiting is not None:
            lapse(tx, waiting, now)


def lapse(tx: Transaction, request: Request, now: datetime) -> bool:
    """It wasn't decided in time. False if it was after all."""
    if not tx.transition(request.id, RequestState.REQUESTED, RequestState.LAPSED, by=LATCHKEY, at=now):
        return False
    refresh.request(tx, request.id)
    tx.outbox.enqueue(Notice.OUTCOME, request.id, *sorted(request.parties))
    return True


def _must_be_the_only_one(tx: Transaction, replaces: str | None) -> None:
    """Under the lock of the found key's IAM user, so that only one of two simultaneous requests can replace it."""
    found = tx.inventory.get(replaces) if replaces else None
    if found is not None:
        tx.inventory.lock(found.account, found.user)
        if tx.adopted.replacing_request(found.id) is not None:
            raise Refused(Reason.REPLACED_ALREADY)


def cancel(context: Context, *, request: RequestId, by: SlackUserId, delivery: DeliveryId | None) -> Request:
    """The requester or the owner cancels it while it is undecided. Raises Refused, AlreadyDone."""
    now = context.clock.now()
    with context.work.begin(delivery) as tx:
        found = tx.requests.get(request)
        if found is None:
            raise Refused(Reason.NOT_FOUND)
        press.must(tx, Act.CANCEL, found, press.facts(found, press.party_roles(found, by), now))
        if not tx.transition(request, RequestState.REQUESTED, RequestState.CANCELLED, by=by, at=now):
            state = (tx.requests.get(request) or found).state
            raise Refused(Reason.ALREADY_DECIDED, **queries.outcome(tx, request, state))
        refresh.request(tx, request)
        after = tx.requests.get(request)
    return after or found
