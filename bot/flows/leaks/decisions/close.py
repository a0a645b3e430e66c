"""Close an incident, and say why. Its owner can do that once the key is deleted; approvers and admins at any time."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.authorization import Role
from bot.domain.errors import Reason, Refused
from bot.domain.events import Notice
from bot.domain.ids import DeliveryId, SlackUserId
from bot.domain.leaks.incident import BY_MACHINES, Incident
from bot.domain.lifecycle import IncidentState
from bot.flows import access, refresh, who_else
from bot.flows.context import Context
from bot.flows.leaks import opened, people
from bot.ports import Transaction

OVER: Mapping[str, None] = dict.fromkeys(
    ("page_at", "escalate_at", "next_try_at", "check_at", "activity_at", "proof", "proof_at", "reactivate_at")
)
"""What is no longer due."""


def close(
    context: Context, *, incident: str, by: SlackUserId, justification: str, delivery: DeliveryId | None
) -> Incident:
    """Raises Refused, AlreadyDone."""
    why = access.justified(justification)
    may_close(context, incident, by)
    now = context.clock.now()
    with context.work.begin(delivery) as tx:
        closed = end(tx, opened.lock(tx, incident), by=by, why=why, now=now)
    if closed.grant is not None:
        with context.work.begin() as tx:  # Undo is back; under the incident's lock this could deadlock with a revoke
            tx.outbox.refresh(Notice.GRANT, closed.grant)
    return closed


def end(tx: Transaction, incident: Incident, *, by: str, why: str, now: datetime) -> Incident:
    """Under its lock."""
    facts = {"key": incident.access_key_id, "was": incident.state.value, "justification": why}
    tx.transition(incident.id, incident.state, IncidentState.CLOSED, by=by, at=now, facts=facts)
    tx.incidents.set(incident.id, closed_by=by, justification=why, **OVER)
    refresh.incident(tx, incident.id)
    return tx.incidents.get(incident.id) or incident


def may_close(context: Context, incident: str, by: SlackUserId) -> Incident:
    """Raises Refused. Having reported it gives no right to close it."""
    found = opened.read(context, incident)
    access.member(context.people, by)
    if by in context.catalog.admins:
        return found
    roles = people.roles(context, found, by)
    if not roles:
        raise who_else.named(context.people, Refused(Reason.NOT_APPROVER), people.deciders(context, found))
    with context.work.begin() as tx:
        gone = opened.key_is_gone(tx, found, context.clock.now())
    if gone:
        return found
    if Role.OWNER in roles:
        raise Refused(Reason.KEY_NOT_DELETED)
    if found.source in BY_MACHINES:
        raise Refused(Reason.ONLY_ADMINS_CLOSE)
    return found
