"""Remind the owner 14, 7 and 1 day before a lease ends, and notify the approvers if a key is still in use.

By state and not by date: a worker that was down sends the current reminder once, and none that it missed.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain import batch_size
from bot.domain.catalog import Kind
from bot.domain.credential import Credential
from bot.domain.errors import AwsError
from bot.domain.events import Notice
from bot.domain.grant import Grant
from bot.domain.lifecycle import CredentialState, GrantState
from bot.domain.schedule import ENDING_STAGES, IN_USE_STAGES, STILL_USED_WITHIN
from bot.domain.usage.last_used import LastUsed
from bot.flows import recipients
from bot.flows.context import AwsContext
from bot.flows.keys.last_used import note_use


def announce(context: AwsContext) -> int:
    """How many owners were reminded, each of the nearest stage only."""
    now = context.clock.now()
    with context.work.begin() as tx:
        due = tx.grants.ending(now, batch_size.LEDGER_ROWS)
    return sum(_announce(context, each, _stage(each, now)) for each in due)


def _stage(grant: Grant, now: datetime) -> timedelta:
    """The shortest stage that still covers what is left of the lease."""
    left = grant.lease_until - now if grant.lease_until else timedelta(0)
    return min(each for each in ENDING_STAGES if each >= left)


def _announce(context: AwsContext, grant: Grant, stage: timedelta) -> bool:
    now = context.clock.now()
    places: tuple[str, ...] = ()
    if stage in IN_USE_STAGES:
        with context.work.begin() as tx:
            keys = tx.credentials.of(grant.id)
        uses = _read(context, grant, keys, now)
        if any(used is None or _recent(used, now) for used in uses):
            places = recipients.of_grant(context.people, context.catalog, grant)
    with context.work.begin() as tx:
        fresh = tx.grants.lock(grant.id)
        if fresh is None or fresh.lease_until != grant.lease_until or fresh.state_at(now) is not GrantState.ACTIVE:
            return False
        if not tx.grants.mark_expiry_notified(grant.id, stage, now):
            return False
        tx.last_accessed.request(grant.id, now)
        tx.outbox.enqueue(Notice.GRANT_ENDING, fresh.lease, fresh.owner)
        tx.outbox.refresh(Notice.GRANT_IN_USE, fresh.lease)
        tx.outbox.enqueue(Notice.GRANT_IN_USE, fresh.lease, *places)
    return True


def _read(context: AwsContext, grant: Grant, keys: Sequence[Credential], now: datetime) -> list[LastUsed | None]:
    """The last use of every active key. None means unknown, because AWS didn't answer."""
    account, found = context.catalog.accounts.get(grant.account), list[LastUsed | None]()
    for each in keys:
        if each.kind is not Kind.ACCESS_KEY or each.access_key_id is None or not on(each):
            continue
        try:
            used = context.iam.last_used(account, each.access_key_id) if account else None
        except AwsError:
            used = None
        if used is not None:
            with context.work.begin() as tx:
                note_use(tx, each.id, used, now)
        found.append(used)
    return found


def on(credential: Credential) -> bool:
    return credential.state in {CredentialState.REVEALED, CredentialState.LIVE}


def _recent(used: LastUsed, now: datetime) -> bool:
    return used.at is not None and now - used.at < STILL_USED_WITHIN
