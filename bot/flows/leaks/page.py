"""Page the owner and approvers of a leaked key, and the admins if nobody decides within ten minutes."""

from collections.abc import Iterable
from datetime import datetime

from bot.domain import batch_size
from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.leaks.incident import ADMINS_AFTER, CONTAINABLE, Incident
from bot.domain.lifecycle import IncidentState
from bot.domain.subjects import Timed
from bot.flows import refresh
from bot.flows.context import Context
from bot.flows.leaks import people
from bot.ports import Transaction


def page(tx: Transaction, incident: Incident, places: Iterable[str], now: datetime) -> None:
    """Under the incident's lock. The admins follow, unless they are the ones who are paged now."""
    later = now + ADMINS_AFTER if incident.whose in CONTAINABLE else None
    tx.incidents.set(incident.id, page_at=None, paged_at=now, escalate_at=later)
    tx.record(Tag.INCIDENT_PAGED, incident.id, by=LATCHKEY, at=now, facts={"key": incident.access_key_id})
    refresh.incident(tx, incident.id)
    tx.outbox.enqueue(Notice.INCIDENT, incident.id, *dict.fromkeys(places))


def page_due(context: Context) -> int:
    """Returns how many incidents people were paged about."""
    with context.work.begin() as tx:
        due = tx.incidents.paging_due(context.clock.now(), batch_size.LEDGER_ROWS)
    return sum(_page(context, each) for each in due)


def _page(context: Context, incident: Incident) -> bool:
    places, now = people.places(context, incident, everybody=False), context.clock.now()
    with context.work.begin() as tx:
        fresh = tx.incidents.lock(incident.id)
        waits = fresh is not None and fresh.state is IncidentState.REPORTED and fresh.paged_at is None
        if fresh is None or not waits or fresh.page_at is None or fresh.page_at != incident.page_at:
            return False
        page(tx, fresh, places, now)
    return True


def escalate_due(context: Context) -> int:
    """Returns how many incidents the admins were paged about."""
    with context.work.begin() as tx:
        due = tx.incidents.escalation_due(context.clock.now(), batch_size.LEDGER_ROWS)
    return sum(_escalate(context, each) for each in due)


def _escalate(context: Context, incident: Incident) -> bool:
    """An alarm is a message of its own: an update of the first one notifies nobody."""
    places, now = people.places(context, incident, everybody=True), context.clock.now()
    with context.work.begin() as tx:
        fresh = tx.incidents.lock(incident.id)
        if fresh is None or not fresh.is_open or fresh.escalate_at is None or fresh.escalate_at != incident.escalate_at:
            return False
        tx.incidents.set(fresh.id, escalate_at=None)
        tx.record(Tag.INCIDENT_ESCALATED, fresh.id, by=LATCHKEY, at=now, facts={"key": fresh.access_key_id})
        refresh.incident(tx, fresh.id)
        tx.outbox.enqueue(Notice.INCIDENT, fresh.id, *context.catalog.admins)
        tx.outbox.enqueue(Notice.INCIDENT_ALARM, str(Timed(fresh.id, now)), *places)
    return True
