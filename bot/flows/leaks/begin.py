"""Begin to contain a leaked key: by a report, by the button, or because AWS accepted the pasted pair.

The worker does the rest (contain.py). It acts on incidents in state `containing`, and those say whose key it is.
"""

from collections.abc import Iterable
from datetime import datetime

from bot.domain.authorization import Act
from bot.domain.errors import LimitReached, Reason, Refused
from bot.domain.events import Notice
from bot.domain.ids import DeliveryId, SlackUserId
from bot.domain.leaks.incident import CONTAINABLE, Incident, Source, Whose
from bot.domain.lifecycle import IncidentState
from bot.domain.rate_limits import LEAKS
from bot.domain.schedule import is_alive
from bot.flows import refresh
from bot.flows.context import Context
from bot.flows.leaks import opened, page, people
from bot.ports import Transaction


def contain(context: Context, *, incident: str, by: SlackUserId, delivery: DeliveryId | None) -> Incident:
    """The button. A second press is answered with where it stands. Raises Refused, AlreadyDone.

    The author of a message in a watched channel may press it whoever they are: if they may not contain the key, its
    owner and approvers are paged now. That counts as a report.
    """
    found = opened.read(context, incident)
    author = found.source is Source.CHANNEL and found.reported_by == by and found.paged_at is None
    allowed = people.may_contain(context, found, by)
    if not allowed and not author:
        people.must_be_allowed(context, Act.CONTAIN, found, by)
    if found.whose not in CONTAINABLE:
        raise Refused(Reason.NOT_CONTAINABLE, whose=found.whose, key=found.access_key_id)
    places = people.places(context, found, everybody=allowed)
    now = context.clock.now()
    try:
        with context.work.begin(delivery) as tx:
            fresh = opened.lock(tx, incident)
            if allowed:
                begin(tx, fresh, by=by, now=now, places=places)
            elif fresh.state is IncidentState.REPORTED and fresh.paged_at is None:
                tx.count(LEAKS, by, now)
                page.page(tx, fresh, places, now)
            return tx.incidents.get(incident) or fresh
    except LimitReached:
        with context.work.begin() as tx:
            raise Refused(Reason.TOO_MANY, limit=LEAKS, until=tx.counts_again_at(LEAKS, by)) from None


def worker_runs(context: Context) -> bool:
    """Otherwise nothing happens in AWS, and whoever waits for it should know."""
    now = context.clock.now()
    with context.work.begin() as tx:
        return is_alive(tx.last_beat(now), now)


def begin(
    tx: Transaction, incident: Incident, *, by: str, now: datetime, places: Iterable[str], why: str | None = None
) -> bool:
    """Under the incident's lock. False unless it was only reported.

    A key that the worker hasn't looked up yet stays `reported`: with `contain_by` set, its look-up begins.
    """
    if incident.state is not IncidentState.REPORTED or incident.whose not in CONTAINABLE:
        return False
    if incident.whose is Whose.UNKNOWN:
        tx.incidents.set(incident.id, contain_by=by)
        return False
    facts = {"key": incident.access_key_id, "account": incident.account or "", "why": why or ""}
    told = {name: value for name, value in facts.items() if value}
    if not tx.transition(incident.id, IncidentState.REPORTED, IncidentState.CONTAINING, by=by, at=now, facts=told):
        return False
    over = dict.fromkeys(("page_at", "escalate_at", "next_try_at", "proof", "proof_at"))
    tx.incidents.set(incident.id, contain_by=by, contain_at=now, **over)
    refresh.incident(tx, incident.id)
    tx.outbox.enqueue(Notice.INCIDENT, incident.id, *dict.fromkeys(places))
    return True
