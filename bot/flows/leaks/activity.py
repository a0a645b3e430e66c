"""Read what a leaked key did: in the 24 hours before its report, and again and again for a day after containment.

CloudTrail shows a call up to 15 minutes late, so one reading is never enough. It runs in the thread that reads usage,
and containment never waits for it.
"""

from datetime import datetime, timedelta

from bot.domain.catalog import Catalog
from bot.domain.events import Notice
from bot.domain.leaks.activity import Activity, assumed, merge, next_reading
from bot.domain.leaks.incident import Incident, Step, StepKind, StepState
from bot.domain.lifecycle import IncidentState
from bot.domain.usage.key_usage import Unread
from bot.flows.context import AwsContext
from bot.flows.leaks import lookup_events, made, people
from bot.ports import Transaction

CLAIM = timedelta(minutes=2)  # how long one worker has for one reading
AGAIN = timedelta(minutes=1)  # after a reading that failed
PASSING = frozenset({Unread.THROTTLED, Unread.FAILED})
ACTED_ON = frozenset({IncidentState.CONTAINING, IncidentState.CONTAINED})
ROLES_MOST = 10  # whose sessions a message offers to end


def read_next(context: AwsContext) -> bool:
    """One incident that is due. True if there was one."""
    incident = _claim(context)
    if incident is None or incident.account is None:
        return False
    account = context.catalog.accounts.get(incident.account)
    found = None
    if account is not None:
        with context.work.begin() as tx:
            before = tx.incidents.activity(incident.id)
        found = lookup_events.read(context, account, incident, before)
    _keep(context, incident, found)
    return True


def _claim(context: AwsContext) -> Incident | None:
    """Two workers never read the same one. A worker that dies keeps it for two minutes."""
    with context.work.begin() as tx:
        for each in tx.incidents.reading_due(context.clock.now(), 1):
            locked = tx.incidents.lock(each.id)
            if locked is not None and locked.activity_at == each.activity_at:
                tx.incidents.set(each.id, activity_at=context.clock.now() + CLAIM)
                return locked
    return None


def _keep(context: AwsContext, incident: Incident, found: Activity | None) -> None:
    """Without an activity, the account is no longer in the catalog, and nothing is read again."""
    now, to = context.clock.now(), people.places(context, incident, everybody=True)
    with context.work.begin() as tx:
        locked = tx.incidents.lock(incident.id)
        if locked is None:
            return
        if found is not None:
            before = tx.incidents.activity(incident.id)
            merged = merge(before, found)
            tx.incidents.store_activity(incident.id, merged)
            made.report_new(tx, locked, before, merged, now, to)
            if before is None or found.unread is None or found.unread is not before.unread:
                tx.outbox.refresh(Notice.INCIDENT, incident.id)
            offer_roles(tx, locked, context.catalog)
        tx.incidents.set(incident.id, activity_at=_next(locked, found, now))


def offer_roles(tx: Transaction, incident: Incident, catalog: Catalog) -> None:
    """Offer to end the sessions of each role that the key assumed, once the steps of containment are planned.

    Under the incident's lock. A role of another account is for that account, and Latchkey's own are never ended.
    """
    account = catalog.accounts.get(incident.account) if incident.account else None
    activity = tx.incidents.activity(incident.id)
    steps = tx.incidents.steps(incident.id)
    if account is None or activity is None or not steps or incident.state not in ACTED_ON:
        return
    planned = {each.target for each in steps if each.kind is StepKind.ROLE}
    own = {account.reader_role_arn, account.issuer_role_arn, account.responder_role_arn, account.deleter_role_arn}
    found = [each for each in assumed(activity) if f":{account.id}:" in each and each not in planned | own]
    tx.incidents.add_steps(
        [Step(incident.id, StepKind.ROLE, each, incident.round, StepState.OFFERED) for each in found[:ROLES_MOST]]
    )


def _next(incident: Incident, found: Activity | None, now: datetime) -> datetime | None:
    if found is None:
        return None
    planned = next_reading(incident.contained_at or incident.opened_at, now)
    return min(planned, now + AGAIN) if planned is not None and found.unread in PASSING else planned
