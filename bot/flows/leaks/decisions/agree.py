"""Reactivate a leaked key: two people who decide in its account have to agree, never its owner. The worker acts."""

from bot.domain.authorization import Role
from bot.domain.errors import Reason, Refused
from bot.domain.events import Tag
from bot.domain.ids import CredentialId, DeliveryId, GrantId, SlackUserId
from bot.domain.leaks.incident import AGREE, Incident, Whose
from bot.domain.lifecycle import CredentialState, GrantState, IncidentState
from bot.flows import access, queries, refresh, who_else
from bot.flows.context import Context
from bot.flows.leaks import opened, people
from bot.ports import Transaction


def agree(context: Context, *, incident: str, by: SlackUserId, delivery: DeliveryId | None) -> int:
    """Returns how many agreements are missing. Raises Refused, AlreadyDone."""
    found = opened.read(context, incident)
    access.member(context.people, by)
    able = able_to(context, found)
    if by not in able:
        own = Role.OWNER in people.roles(context, found, by)
        raise who_else.named(context.people, Refused(Reason.OWN_LEAK if own else Reason.NOT_APPROVER), able)
    if len(able) < AGREE:
        raise Refused(Reason.NO_TWO_DECIDERS, able=able)
    now = context.clock.now()
    with context.work.begin(delivery) as tx:
        fresh = opened.lock(tx, incident)
        _must_be_off(tx, context, fresh)
        if not tx.incidents.agree(fresh.id, by, now):
            raise Refused(Reason.ALREADY_VOTED)
        missing = max(AGREE - len(tx.incidents.agreed(fresh.id) & able), 0)
        facts = {"key": fresh.access_key_id, "missing": str(missing)}
        tx.record(Tag.INCIDENT_AGREED, fresh.id, by=by, at=now, facts=facts)
        if not missing:
            tx.incidents.set(fresh.id, reactivate_by=by, reactivate_at=now, next_try_at=None)
        refresh.incident(tx, fresh.id)
    return missing


def able_to(context: Context, incident: Incident) -> frozenset[SlackUserId]:
    """Approvers of anything in its account, and admins, without its owners. Raises Refused(PEOPLE_UNREADABLE)."""
    if incident.account is None:
        return frozenset()
    return frozenset(each for each in people.deciders(context, incident) if _is_able(context, incident, each))


def _is_able(context: Context, incident: Incident, person: SlackUserId) -> bool:
    return context.people.find(person).full_member and Role.OWNER not in people.roles(context, incident, person)


def _must_be_off(tx: Transaction, context: Context, incident: Incident) -> None:
    """Raises Refused unless Latchkey switched it off, and it can come back."""
    if incident.reactivate_at is not None:
        raise Refused(Reason.UNDO_ASKED)
    if incident.state is not IncidentState.CONTAINED or incident.whose not in {Whose.ISSUED, Whose.FOUND}:
        raise Refused(Reason.NOT_CONTAINED, **queries.outcome(tx, incident.id, incident.state))
    now = context.clock.now()
    if opened.key_is_gone(tx, incident, now):
        raise Refused(Reason.UNDO_OVER)
    grant = tx.grants.get(GrantId(incident.grant)) if incident.grant else None
    if grant is None:
        return
    issued = tx.credentials.get(CredentialId(incident.credential)) if incident.credential else None
    if grant.state_at(now) is not GrantState.ACTIVE:
        raise Refused(Reason.GRANT_OVER, state=grant.stands(now))
    if issued is None or issued.state is not CredentialState.RETIRING:
        raise Refused(Reason.UNDO_OVER)
