"""Reactivate a leaked key after two people agreed: detach what denies its user, activate the key, close the incident.

The worker does it. A quarantine policy stays: AWS may have attached it too, and only a person may detach it.
"""

from datetime import timedelta

from bot.domain import batch_size, retry
from bot.domain.adopted import DualApproval
from bot.domain.errors import Refused
from bot.domain.events import LATCHKEY, Tag
from bot.domain.grant import Grant
from bot.domain.ids import CredentialId, GrantId, SlackUserId
from bot.domain.keys.pending_call import Call
from bot.domain.leaks.incident import AGREE, Incident, Whose
from bot.domain.leaks.leaked_user import Known
from bot.domain.lifecycle import AdoptedState, CredentialState, GrantState, IncidentState
from bot.flows import access
from bot.flows.adopted import access as adopt_rules
from bot.flows.adopted import reactivate as adopt_on
from bot.flows.adopted.adopted_key import AdoptedKey
from bot.flows.context import AwsContext
from bot.flows.issuing.issued_key import IssuedKey
from bot.flows.keys.aws_call import call_aws
from bot.flows.leaks.containment import steps
from bot.flows.leaks.decisions.agree import able_to
from bot.flows.leaks.decisions.close import OVER
from bot.flows.lifecycle import activation
from bot.ports import Transaction

CLAIM = timedelta(seconds=30)


def carry_out(context: AwsContext) -> int:
    """How many were reactivated."""
    with context.work.begin() as tx:
        due = tx.incidents.reactivation_due(context.clock.now(), batch_size.AWS_ROWS)
    return sum(_carry_out(context, each) for each in due)


def _carry_out(context: AwsContext, seen: Incident) -> bool:
    with context.work.begin() as tx:
        incident = tx.incidents.lock(seen.id)
        if incident is None or not _wanted(incident) or incident.next_try_at != seen.next_try_at:
            return False
        tx.incidents.set(incident.id, next_try_at=context.clock.now() + CLAIM)
    try:
        agreed = _agreed(context, incident)
    except Refused:  # Slack doesn't say who may decide: asked again
        return _later(context, incident)
    if len(agreed) < AGREE or _is_over(context, incident):
        return _drop(context, incident)
    on = _issued if incident.whose is Whose.ISSUED else _found
    return _close(context, incident) if on(context, incident, agreed) else _later(context, incident)


def _wanted(incident: Incident) -> bool:
    asked = incident.reactivate_at is not None and incident.reactivated_at is None
    return asked and incident.state is IncidentState.CONTAINED


def _is_over(context: AwsContext, incident: Incident) -> bool:
    """Its grant ended meanwhile, and its key with it."""
    with context.work.begin() as tx:
        grant = tx.grants.get(GrantId(incident.grant)) if incident.grant else None
    return grant is not None and grant.state_at(context.clock.now()) is not GrantState.ACTIVE


def _agreed(context: AwsContext, incident: Incident) -> frozenset[SlackUserId]:
    """Counted again: each must still decide in its account, and not own it. Raises Refused(PEOPLE_UNREADABLE)."""
    with context.work.begin() as tx:
        said = tx.incidents.agreed(incident.id)
    return said & able_to(context, incident)


def _issued(context: AwsContext, incident: Incident, agreed: frozenset[SlackUserId]) -> bool:
    with context.work.begin() as tx:
        grant = tx.grants.get(GrantId(incident.grant or ""))
        row = tx.credentials.get(CredentialId(incident.credential or ""))
    account = context.catalog.accounts.get(incident.account) if incident.account else None
    if grant is None or row is None or account is None:
        return False
    if row.state is CredentialState.LIVE:  # done, and the worker died before it said so
        return True
    key = IssuedKey(context, row, grant, account, incident.access_key_id)
    by = _both(agreed)

    def send() -> None:
        if not _holds_another(context, incident):
            context.iam.allow_sessions(account, grant.iam_user, key.id, by=by)
        context.iam.set_active(account, grant.iam_user, key.id, active=True, by=by)

    return call_aws(
        key,
        Call.SWITCH_ON,
        by,
        still_wanted=lambda tx: _may(tx, context, incident, grant) and key.lock(tx) is not None,
        send=send,
        settle=lambda: activation.reactivated(key, incident.reactivate_by or by, incident=incident.id),
    )


def _may(tx: Transaction, context: AwsContext, incident: Incident, grant: Grant) -> bool:
    fresh, now = tx.grants.get(grant.id), context.clock.now()
    runs = fresh is not None and fresh.state_at(now) is GrantState.ACTIVE
    return runs and _still(tx, incident)


def _still(tx: Transaction, incident: Incident) -> bool:
    fresh = tx.incidents.get(incident.id)
    return fresh is not None and _wanted(fresh)


def _found(context: AwsContext, incident: Incident, agreed: frozenset[SlackUserId]) -> bool:
    """Through the one port that can reactivate a found key, on behalf of both."""
    with context.work.begin() as tx:
        seen = tx.inventory.by_key(incident.access_key_id)
    try:
        found = adopt_rules.find(context, seen.id if seen else "")
        owners = access.owners(context.people, found.user)
    except Refused:  # not Latchkey's to touch at this time, or inventory hasn't seen it yet
        return False
    if found.row is None or found.row.state is AdoptedState.ON:
        return found.row is not None
    key, warrant = AdoptedKey(context, found.row, found), DualApproval(found.id, found.user.arn, owners, agreed)

    def send() -> None:
        known = Known.read(incident.standing)
        if not (known and known.denied) and not _holds_another(context, incident):
            context.responder.allow(found.account, found.user.arn, found.id, by=warrant.by)
        context.reactivator.switch_on(found.account, warrant)

    return call_aws(
        key,
        Call.SWITCH_ON,
        warrant.by,
        still_wanted=lambda tx: key.lock(tx) is not None and _still(tx, incident),
        send=send,
        settle=lambda: adopt_on.settle_on(key, incident=incident.id),
    )


def _holds_another(context: AwsContext, incident: Incident) -> bool:
    """What holds the user also holds another leaked key of it."""
    if incident.account is None or incident.user is None:
        return False
    with context.work.begin() as tx:
        return any(each.id != incident.id for each in tx.incidents.of_user(incident.account, incident.user))


def _both(agreed: frozenset[SlackUserId]) -> str:
    """As the session's SourceIdentity."""
    return "+".join(sorted(agreed)[:AGREE])


def _close(context: AwsContext, incident: Incident) -> bool:
    now, by = context.clock.now(), incident.reactivate_by or LATCHKEY
    with context.work.begin() as tx:
        fresh = steps.still(tx, incident)
        if fresh is None or not _wanted(fresh):
            return False
        facts = {"key": incident.access_key_id}
        tx.record(Tag.INCIDENT_REACTIVATED, incident.id, by=by, at=now, facts=facts)
        tx.transition(incident.id, IncidentState.CONTAINED, IncidentState.CLOSED, by=by, at=now, facts=facts)
        tx.incidents.set(incident.id, reactivated_at=now, closed_by=by, **OVER)
        steps.show(tx, incident)
    return True


def _later(context: AwsContext, incident: Incident) -> bool:
    with context.work.begin() as tx:
        again = retry.next_attempt(context.clock.now(), retry.AWS)
        tx.incidents.set(incident.id, next_try_at=again)
    return False


def _drop(context: AwsContext, incident: Incident) -> bool:
    """Too few of those who agreed still decide, so others may agree instead; or there is no grant to come back to.

    It may be half done, and AWS's answer lost, so its user is checked again.
    """
    with context.work.begin() as tx:
        if steps.still(tx, incident) is not None:
            again = {"check": 0, "check_at": context.clock.now()}
            tx.incidents.set(incident.id, reactivate_at=None, reactivate_by=None, next_try_at=None, **again)
            steps.show(tx, incident)
    return False
