"""Collect: the owner is present and wants the credential now. Write the intent; the worker mints."""

from datetime import datetime

from bot.domain.catalog import Kind
from bot.domain.credential import Credential
from bot.domain.errors import Reason, Refused
from bot.domain.events import Notice
from bot.domain.grant import Grant
from bot.domain.ids import CredentialId, DeliveryId, GrantId, SlackUserId
from bot.domain.lifecycle import CredentialState
from bot.flows import access
from bot.flows.context import Context
from bot.flows.issuing import intent, session_end
from bot.ports import Transaction


def begin(
    context: Context, *, grant: GrantId, by: SlackUserId, window: intent.Window, delivery: DeliveryId | None
) -> Credential:
    """The intent, shown in the owner's window `window`. Raises Refused, AlreadyDone."""
    found, kind = may_collect(context, grant, by)
    now = context.clock.now()
    with context.work.begin(delivery) as tx:
        intent.may_issue(tx, now)
        held = intent.lock(tx, found, now)
        earlier = tx.credentials.of(grant)
        if waiting := intent.settle_earlier(tx, held, intent.under_way(earlier), window, now):
            return waiting
        if kind is Kind.ACCESS_KEY and (kept := _kept(earlier, now)):
            raise Refused(Reason.ALREADY_COLLECTED, credential=kept.id)
        return intent.intend(tx, context.entropy, held, kind, window, now)


def may_collect(context: Context, grant: GrantId, by: SlackUserId) -> tuple[Grant, Kind]:
    """The owner's grant and what it makes. Raises Refused for anybody else, and when it is no longer offered."""
    with context.work.begin() as tx:
        found = tx.grants.get(grant)
        rows = tx.credentials.of(grant)
    if found is None:
        raise Refused(Reason.NOT_FOUND)
    if found.owner != by:
        raise Refused(Reason.NOT_OWNER, owner=found.owner)
    if found.is_over:
        raise Refused(Reason.GRANT_OVER, state=found.stands())
    access.member(context.people, by)
    entitlement = access.entitlement_of(context.catalog, found.entitlement)
    access.must_be_offered(context.people, entitlement, by)
    access.same_kind(entitlement, rows)
    return found, entitlement.kind


def _kept(credentials: tuple[Credential, ...], now: datetime) -> Credential | None:
    """The key that the owner has already, switched off or not, unless it is on its way out."""
    for each in credentials:
        if each.state is CredentialState.LIVE:
            return each
        if each.state is CredentialState.RETIRING and each.delete_at is not None and each.delete_at > now:
            return each
    return None


def replace(
    context: Context, *, credential: CredentialId, by: SlackUserId, window: intent.Window, delivery: DeliveryId | None
) -> Credential:
    """No, make a new one: the old key is removed at once and a new intent written, in one transaction."""
    with context.work.begin() as tx:
        _, grant = owned(tx, credential, by)
    may_collect(context, grant.id, by)
    now = context.clock.now()
    with context.work.begin(delivery) as tx:
        intent.may_issue(tx, now)
        held = intent.lock(tx, grant, now)
        found, _ = owned(tx, credential, by)
        if found.state is CredentialState.LIVE and found.kind is Kind.ACCESS_KEY:
            raise Refused(Reason.ALREADY_COLLECTED, credential=credential)
        after = CredentialState.RETIRING if found.kind is Kind.ACCESS_KEY else CredentialState.DELETED
        facts = {"why": "not received"}
        if found.state is not CredentialState.REVEALED or not tx.transition(
            credential, found.state, after, by=by, at=now, facts=facts
        ):
            raise Refused(Reason.SOMEBODY_WAS_FIRST, state=found.state)
        tx.credentials.set(credential, delete_at=now)
        session_end.revoke_session(tx, found, held, by=by, now=now)
        tx.outbox.refresh(Notice.DID_YOU_GET_IT, credential)
        return intent.intend(tx, context.entropy, held, found.kind, window, now)


def owned(tx: Transaction, credential: CredentialId, by: SlackUserId) -> tuple[Credential, Grant]:
    found = tx.credentials.get(credential)
    grant = tx.grants.get(found.grant) if found else None
    if found is None or grant is None:
        raise Refused(Reason.NOT_FOUND)
    if grant.owner != by:
        raise Refused(Reason.NOT_OWNER, owner=grant.owner)
    return found, grant
