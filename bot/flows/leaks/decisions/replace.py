"""Replace a leaked key: an ordinary request for a new one, on an IAM user of its own, that the incident remembers."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.authorization import Role
from bot.domain.catalog import Entitlement, Kind
from bot.domain.errors import Reason, Refused
from bot.domain.events import Tag
from bot.domain.grant import Grant
from bot.domain.ids import DeliveryId, EntitlementId, GrantId, SlackUserId
from bot.domain.leaks.incident import Incident, Whose
from bot.domain.lifecycle import GrantState, IncidentState
from bot.domain.requests.request import Request
from bot.flows import access, refresh
from bot.flows.adopted import access as adopted
from bot.flows.context import Context
from bot.flows.leaks import opened, people
from bot.flows.requests import ask as request
from bot.ports import Transaction

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
REPLACEABLE = frozenset({Whose.ISSUED, Whose.FOUND, Whose.SESSION})


@dataclass(frozen=True, slots=True)
class Offer:
    """What its owner can have in its place."""

    incident: Incident
    owner: SlackUserId
    offered: tuple[Entitlement, ...] = ()
    entitlement: EntitlementId | None = None  # the same as before
    duration: timedelta | None = None  # what was left of its lease
    collect: GrantId | None = None  # of a session: its grant still stands, so nothing has to be requested


def offer(context: Context, incident: str, by: SlackUserId) -> Offer:
    """Raises Refused."""
    found = opened.read(context, incident)
    access.member(context.people, by)
    grant = _must_be_theirs(context, found, by)
    with context.work.begin() as tx:
        _must_be_open_to_it(tx, found)
    now = context.clock.now()
    if grant is None:
        offered = access.offered(context.people, context.catalog, by)
        return Offer(found, by, tuple(each for each in offered if each.account == found.account))
    if found.whose is Whose.SESSION and grant.state_at(now) is GrantState.ACTIVE:
        return Offer(found, by, collect=grant.id)
    wanted = access.entitlement_of(context.catalog, grant.entitlement)
    access.must_be_offered(context.people, wanted, by)
    left = _left(grant, wanted, now)
    return Offer(found, by, access.offered(context.people, context.catalog, by), wanted.id, left)


def _must_be_theirs(context: Context, incident: Incident, by: SlackUserId) -> Grant | None:
    """Its owner; of a found key without one, an approver of its account. Returns the grant of an issued key."""
    with context.work.begin() as tx:
        grant = tx.grants.get(GrantId(incident.grant)) if incident.grant else None
        here = incident.account is not None and incident.user is not None
        users = tx.inventory.users(incident.account, [incident.user]) if here else {}  # type: ignore[arg-type,list-item]
    if grant is not None:
        if grant.owner != by:
            raise Refused(Reason.NOT_OWNER, owner=grant.owner)
        return grant
    found = users.get(incident.user or "")
    mine = access.owners(context.people, found) if found is not None else frozenset()
    if by not in mine and (mine or Role.APPROVER not in people.roles(context, incident, by)):
        raise Refused(Reason.NOT_OWNER, owner=found.owner if found is not None else None)
    return None


def _left(grant: Grant, wanted: Entitlement, now: datetime) -> timedelta:
    """Whole hours, from two days on whole days; never longer than the catalog allows."""
    left = max((grant.lease_until or now) - now, HOUR)
    unit = DAY if left > 2 * DAY else HOUR
    return min(-(-left // unit) * unit, wanted.max_duration)


def _must_be_open_to_it(tx: Transaction, incident: Incident) -> None:
    """Raises Refused."""
    if incident.whose not in REPLACEABLE:
        raise Refused(Reason.NOTHING_TO_REPLACE)
    if incident.state is IncidentState.REPORTED:
        raise Refused(Reason.NOT_CONTAINED)
    if opened.is_being_replaced(tx, incident):
        raise Refused(Reason.REPLACED_ALREADY)


def ask(
    context: Context,
    *,
    incident: str,
    entitlement: EntitlementId,
    duration: timedelta,
    justification: str,
    by: SlackUserId,
    delivery: DeliveryId | None,
    ticket: str = "",
    emergency: bool = False,
) -> Request:
    """Approved and collected like any other; the old grant ends once the new key is live. Raises Refused."""
    about = offer(context, incident, by)
    if entitlement not in {each.id for each in about.offered}:
        raise Refused(Reason.NOT_REQUESTABLE, entitlement=entitlement)
    return request.ask(
        context,
        entitlement=entitlement,
        duration=duration,
        justification=justification,
        by=by,
        delivery=delivery,
        replaces=_replaces(context, about.incident, context.catalog.entitlements[entitlement]),
        owner=by,
        ticket=ticket,
        emergency=emergency,
        also=_remember(about.incident.id, by),
    )


def _replaces(context: Context, incident: Incident, wanted: Entitlement) -> str | None:
    """The found key, where Latchkey may compare the use of both."""
    if incident.found_key is None or incident.grant is not None or wanted.kind is not Kind.ACCESS_KEY:
        return None
    try:
        return adopted.find(context, incident.found_key).key.id
    except Refused:
        return None


def _remember(incident: str, by: SlackUserId) -> Callable[[Transaction, Request], None]:
    def remember(tx: Transaction, made: Request) -> None:
        fresh = opened.lock(tx, incident)
        _must_be_open_to_it(tx, fresh)
        tx.incidents.set(incident, replacement=made.id)
        facts = {"key": fresh.access_key_id, "request": made.id}
        tx.record(Tag.INCIDENT_REPLACED, incident, by=by, at=made.made_at, facts=facts)
        refresh.incident(tx, incident)

    return remember
