"""Rotate: collect a second key under the same grant, and switch off the old one, by hand or when the overlap ends."""

from datetime import datetime

from bot.domain.authorization import Act
from bot.domain.catalog import Catalog, Kind
from bot.domain.credential import Credential
from bot.domain.errors import Reason, Refused
from bot.domain.events import Notice, Tag
from bot.domain.grant import Grant
from bot.domain.ids import CredentialId, DeliveryId, GrantId, SlackUserId
from bot.domain.keys.pending_call import Call
from bot.domain.lifecycle import CredentialState, GrantState
from bot.flows import access, queries, refresh
from bot.flows.context import Context
from bot.flows.issuing import intent
from bot.flows.issuing.collect import may_collect
from bot.flows.keys import leaked
from bot.flows.keys.aws_call import own_call
from bot.ports import Transaction

OFF, ON = "off", "on"


def begin(
    context: Context, *, grant: GrantId, by: SlackUserId, window: intent.Window, delivery: DeliveryId | None
) -> Credential:
    """Write the intent for the second key; the lease stays as it is. Raises Refused, AlreadyDone."""
    found, kind = may_collect(context, grant, by)
    if kind is Kind.SESSION:
        raise Refused(Reason.SESSIONS_ARE_MADE_ANEW)
    now = context.clock.now()
    with context.work.begin(delivery) as tx:
        intent.may_issue(tx, now)
        held = intent.lock(tx, found, now)
        earlier = tx.credentials.of(grant)
        if held.state is not GrantState.ACTIVE or not any(each.state is CredentialState.LIVE for each in earlier):
            leaked.must_not_be(tx, (each.access_key_id for each in earlier if each.state is CredentialState.RETIRING))
            raise Refused(Reason.NOTHING_LIVE)
        if waiting := intent.settle_earlier(tx, held, intent.under_way(earlier), window, now):
            return waiting
        _room(held, earlier, now)
        return intent.intend(tx, context.entropy, held, kind, window, now)


def _room(grant: Grant, credentials: tuple[Credential, ...], now: datetime) -> None:
    """Never delete a key to free a slot: name the two keys that there are, as far as the ledger knows them."""
    slots = [each for each in credentials if each.gone_at is None and each.slot]
    keys = [each for each in slots if each.state in {CredentialState.LIVE, CredentialState.RETIRING}]
    doubtful = [each for each in slots if each.state is CredentialState.FAILED]
    if keys and doubtful:
        raise Refused(Reason.SETTLING)
    if len(keys) > 1:
        raise Refused(Reason.BOTH_SLOTS, held=tuple(keys), lease_until=grant.lease_until, now=now)


def start_overlap(tx: Transaction, catalog: Catalog, old: Credential, owner: SlackUserId, now: datetime) -> None:
    """A newer key was handed out: this one is deactivated when the overlap ends, if nothing uses it any more."""
    tx.credentials.set(old.id, retire_at=now + catalog.hygiene.overlap, look_at=now, proof=None)
    tx.outbox.enqueue(Notice.ROTATED, old.id, owner)


def start_missing_overlaps(tx: Transaction, catalog: Catalog, grant: Grant, now: datetime) -> None:
    """After a key was reactivated: start the overlap of every live key that has a newer one beside it."""
    live = [each for each in tx.credentials.of(grant.id) if each.state is CredentialState.LIVE]
    for old in live:
        younger = any(each.made_at > old.made_at for each in live)
        if younger and old.retire_at is None and old.pending_action is None:
            start_overlap(tx, catalog, old, grant.owner, now)


def others(credentials: tuple[Credential, ...], key: Credential) -> list[Credential]:
    """The other live keys of the same grant."""
    live = (each for each in credentials if each.state is CredentialState.LIVE and each.kind is Kind.ACCESS_KEY)
    return [each for each in live if each.id != key.id]


def retire(context: Context, *, credential: CredentialId, by: SlackUserId, delivery: DeliveryId | None) -> Credential:
    """Switch off now, with Undo until `undo` is over. The worker does it in AWS within seconds."""
    found, grant = allowed(context, Act.RETIRE, credential, by)
    now = context.clock.now()
    with context.work.begin(delivery) as tx:
        fresh = lock(tx, grant, credential, now)
        if fresh.state is not CredentialState.LIVE or fresh.kind is Kind.SESSION:
            raise Refused(Reason.SOMEBODY_WAS_FIRST, **queries.outcome(tx, fresh.id, fresh.state))
        if fresh.pending_action != OFF or by != grant.owner:  # if an approver did it, only an approver can undo it
            tx.credentials.set(credential, pending_action=OFF, pending_by=by, next_try_at=None)
        refresh.credential(tx, fresh)
    return found


def wait(context: Context, *, credential: CredentialId, by: SlackUserId, delivery: DeliveryId | None) -> datetime:
    """Another overlap from now. Returns until when the key stays active; the grant may end before that."""
    _, grant = allowed(context, Act.RETIRE, credential, by)
    now = context.clock.now()
    until = now + context.catalog.hygiene.overlap
    with context.work.begin(delivery) as tx:
        fresh = lock(tx, grant, credential, now)
        if fresh.state is not CredentialState.LIVE or fresh.kind is Kind.SESSION:
            raise Refused(Reason.SOMEBODY_WAS_FIRST, **queries.outcome(tx, fresh.id, fresh.state))
        if fresh.pending_action == OFF:
            withdraw(tx, fresh, grant, by, now)
        tx.credentials.set(credential, retire_at=until)
        tx.record(Tag.CREDENTIAL_WAITED, credential, by=by, at=now, facts={"until": until.isoformat()})
        refresh.credential(tx, fresh)
    return min(until, grant.lease_until) if grant.lease_until else until


def reactivate(
    context: Context, *, credential: CredentialId, by: SlackUserId, delivery: DeliveryId | None
) -> Credential:
    """Undo, while the grant is active and delete_at is ahead. Not by the owner if somebody else switched it off."""
    found, grant = allowed(context, Act.REACTIVATE, credential, by)
    now = context.clock.now()
    with context.work.begin(delivery) as tx:
        fresh = lock(tx, grant, credential, now)
        _must_be_theirs_to_undo(fresh, grant, by)
        if fresh.state is CredentialState.LIVE and fresh.pending_action == OFF:
            withdraw(tx, fresh, grant, by, now)
        elif fresh.state is not CredentialState.RETIRING:
            raise Refused(Reason.SOMEBODY_WAS_FIRST, **queries.outcome(tx, fresh.id, fresh.state))
        elif leaked.is_open(tx, fresh.access_key_id):
            raise Refused(Reason.LEAKED)
        elif leaked.was_contained(tx, fresh.access_key_id):
            raise Refused(Reason.LEAKED, closed=True)
        elif (
            fresh.delete_at is None
            or fresh.delete_at <= now
            or (fresh.delete_by and own_call(tx, fresh.id, Call.DELETE))
        ):
            raise Refused(Reason.UNDO_OVER)
        else:
            tx.credentials.set(credential, pending_action=ON, pending_by=by, delete_by=None, next_try_at=None)
        refresh.credential(tx, fresh)
    return found


def allowed(context: Context, act: Act, credential: CredentialId, by: SlackUserId) -> tuple[Credential, Grant]:
    """Raises Refused unless this person may do it to this key's grant."""
    with context.work.begin() as tx:
        found = tx.credentials.get(credential)
        grant = tx.grants.get(found.grant) if found else None
    if found is None or grant is None:
        raise Refused(Reason.NOT_FOUND)
    access.must_be_allowed(act, context.people, context.catalog, grant, by)
    return found, grant


def withdraw(tx: Transaction, row: Credential, grant: Grant, by: SlackUserId, now: datetime) -> None:
    """Cancel a pending deactivation. Raises Refused."""
    _must_be_theirs_to_undo(row, grant, by)
    tx.credentials.set(row.id, pending_action=None)
    tx.record(Tag.SWITCH_OFF_WITHDRAWN, row.id, by=by, at=now)


def _must_be_theirs_to_undo(row: Credential, grant: Grant, by: SlackUserId) -> None:
    if by == grant.owner and not row.owner_may_undo(by):
        raise Refused(Reason.NOT_YOURS_TO_UNDO, by=row.pending_by if row.pending_action == OFF else row.off_by)


def lock(tx: Transaction, grant: Grant, credential: CredentialId, now: datetime) -> Credential:
    """Under the grant's lock. Raises Refused if the grant is over."""
    held = intent.lock(tx, grant, now)
    fresh = tx.credentials.get(credential)
    if fresh is None or held.state is not GrantState.ACTIVE:
        raise Refused(Reason.GRANT_OVER, state=held.stands(now))
    return fresh
