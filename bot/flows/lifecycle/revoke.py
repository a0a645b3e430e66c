"""End a grant because a person asked: revoke, give back, and "This wasn't me". The tear-down in AWS follows at once."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.domain.authorization import Act
from bot.domain.catalog import Catalog
from bot.domain.credential import Credential, Outcome
from bot.domain.errors import Reason, Refused
from bot.domain.events import Notice, Tag
from bot.domain.grant import Grant
from bot.domain.ids import CredentialId, DeliveryId, GrantId, SlackUserId
from bot.domain.lifecycle import CredentialState, GrantState
from bot.domain.subjects import Daily
from bot.flows import access, recipients, refresh
from bot.flows.context import Context
from bot.flows.drift import close
from bot.flows.issuing import intent, session_end
from bot.flows.requests import renew
from bot.ports import People, Transaction

GIVEN_BACK = "given back"  # the justification of an owner who pressed Give back
COMPROMISED = "The owner says someone else opened the link."  # of one who pressed This wasn't me
ABOUT_A_CREDENTIAL = (Notice.ROTATED, Notice.KNOCKED, Notice.DID_YOU_GET_IT)
"""Messages whose buttons end with the grant."""


def revoke(
    context: Context, *, grant: GrantId, by: SlackUserId, justification: str, delivery: DeliveryId | None
) -> Grant:
    """By the owner, an approver of the entitlement or an admin. Raises Refused, AlreadyDone."""
    with context.work.begin() as tx:
        found = tx.grants.get(grant)
    if found is None:
        raise Refused(Reason.NOT_FOUND)
    access.must_be_allowed(Act.REVOKE, context.people, context.catalog, found, by)
    why = access.justified(justification, optional=True)  # a button has none
    places = (
        ()
        if by == found.owner
        else tuple(each for each in recipients.of_grant(context.people, context.catalog, found) if each != by)
    )
    return _end_now(context, found, by, {"justification": why}, delivery, places)


def may_revoke(
    people: People, catalog: Catalog, grant: Grant, rows: Sequence[Credential], by: SlackUserId, now: datetime
) -> None:
    """Raises Refused unless there is something to end, and this person may."""
    access.must_be_allowed(Act.REVOKE, people, catalog, grant, by)
    _must_be_open(grant, rows, by, now)


def give_back(context: Context, *, grant: GrantId, by: SlackUserId, delivery: DeliveryId | None) -> Grant:
    """A revoke by the owner. Raises Refused, AlreadyDone."""
    with context.work.begin() as tx:
        found = tx.grants.get(grant)
    if found is None:
        raise Refused(Reason.NOT_FOUND)
    access.must_be_allowed(Act.GIVE_BACK, context.people, context.catalog, found, by)
    return _end_now(context, found, by, {"justification": GIVEN_BACK}, delivery, given_back=True)


def end_compromised(
    tx: Transaction, grant: Grant, credential: CredentialId, *, by: SlackUserId, now: datetime, places: Sequence[str]
) -> None:
    """This wasn't me: end the grant at once, and notify approvers and admins even if it had ended already."""
    fresh = tx.grants.lock(grant.id) or grant
    tx.record(Tag.CREDENTIAL_DISOWNED, credential, by=by, at=now)
    if end(tx, fresh, GrantState.REVOKED, by=by, now=now, facts={"justification": COMPROMISED}):
        tx.outbox.enqueue(Notice.GRANT_ENDED, grant.id, grant.owner)
    tx.outbox.enqueue(Notice.DISOWNED, credential, *places)


def _end_now(
    context: Context,
    grant: Grant,
    by: SlackUserId,
    facts: Mapping[str, str],
    delivery: DeliveryId | None,
    places: Sequence[str] = (),
    *,
    given_back: bool = False,
) -> Grant:
    now = context.clock.now()
    with context.work.begin(delivery) as tx:
        _must_be_open(tx.grants.lock(grant.id) or grant, tx.credentials.of(grant.id), by, now)
        if given_back:
            tx.grants.mark_given_back(grant.id)
        end(tx, grant, GrantState.REVOKED, by=by, now=now, facts=facts)
        tx.outbox.enqueue(Notice.GRANT_ENDED, grant.id, grant.owner, *places)
        return tx.grants.get(grant.id) or grant


def _must_be_open(grant: Grant, rows: Sequence[Credential], by: SlackUserId, now: datetime) -> None:
    """Past its lease, or past collect_by with nothing in progress, it counts as over even before a sweep ends it."""
    state = grant.state_at(now)
    collecting = grant.state is GrantState.APPROVED and intent.under_way(rows) is not None
    if state not in intent.STANDS and not collecting:
        raise Refused(Reason.GRANT_OVER, state=grant.stands(now), mine=by == grant.owner)


def _outcome(grant: Grant, after: GrantState) -> Outcome:
    """What a later visitor of this grant's link reads."""
    if after is not GrantState.REVOKED:
        return Outcome.ENDED
    return Outcome.GIVEN_BACK if grant.given_back else Outcome.REVOKED


def end(
    tx: Transaction, grant: Grant, after: GrantState, *, by: str, now: datetime, facts: Mapping[str, str] | None = None
) -> bool:
    """End the grant: drop what is in progress, make the tear-down due, and remove the buttons from its messages.

    Under the grant's lock. False if it is over already.
    """
    fresh = tx.grants.get(grant.id) or grant
    if fresh.is_over or not tx.transition(grant.id, fresh.state, after, by=by, at=now, facts=facts):
        return False
    outcome = _outcome(fresh, after)
    for each in tx.credentials.of(grant.id):
        if each.state is CredentialState.SEALED:
            intent.drop(tx, each, CredentialState.DISCARDED, now, by=by, outcome=outcome)
        elif each.state is CredentialState.ISSUING and each.claimed_at is None:
            intent.drop(tx, each, CredentialState.FAILED, now, by=by)
        if after is GrantState.REVOKED:
            session_end.revoke_session(tx, each, fresh, by=by, now=now)
        for notice in ABOUT_A_CREDENTIAL:
            tx.outbox.refresh(notice, each.id)
        if each.stretched_at is not None:
            tx.outbox.refresh(Notice.STRETCHED, str(Daily(each.id, each.stretched_at.date())))
    close.close_all(tx, grant.id, now)
    renew.close(tx, fresh, now, by=by)
    tx.grants.try_again_at(grant.id, now)
    tx.outbox.refresh(Notice.GRANT, grant.id)
    for notice in refresh.ABOUT_A_LEASE:
        tx.outbox.refresh(notice, fresh.lease)
    refresh.leaver(tx, fresh.owner, [fresh.account])
    return True
