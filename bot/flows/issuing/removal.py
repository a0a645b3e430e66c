"""Remove keys that Latchkey issued: deactivate, delete, check that AWS lists them no more, then update the ledger."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.domain import retry
from bot.domain.catalog import Account
from bot.domain.credential import Credential
from bot.domain.errors import AwsError
from bot.domain.events import LATCHKEY, Tag
from bot.domain.grant import Grant
from bot.domain.ids import AccessKeyId
from bot.domain.lifecycle import CredentialState
from bot.flows.context import AwsContext, Context
from bot.flows.hygiene import own_keys
from bot.flows.issuing import intent
from bot.flows.lifecycle.rotate import show
from bot.ports import Transaction

GIVEN_UP = frozenset({CredentialState.DISCARDED, CredentialState.FAILED, CredentialState.DELETED})
BY_HAND = "by-hand"  # why a key is as it is: someone changed it in AWS, outside Latchkey
GONE_FROM_AWS = {"why": "gone from AWS"}  # facts of the audit event


@dataclass(frozen=True, slots=True)
class Key:
    """One issued key and what acting on it needs. `row` and `grant` are as they were read."""

    context: AwsContext
    row: Credential
    grant: Grant
    account: Account
    id: AccessKeyId
    places: tuple[str, ...] = ()  # where its approvers are notified of what a person did to it


def keys(context: AwsContext, due: tuple[Credential, ...]) -> Iterator[Key]:
    """Skip keys whose account is no longer in the catalog, and try them again after the others."""
    for each in due:
        with context.work.begin() as tx:
            grant = tx.grants.get(each.grant)
        account = context.catalog.accounts.get(grant.account) if grant else None
        if grant is None or account is None or each.access_key_id is None:
            ask_again(context, each)
        else:
            yield Key(context, each, grant, account, each.access_key_id)


def remove_all(context: AwsContext, rows: tuple[Credential, ...]) -> int:
    """How many of these keys are gone. Those that AWS did not let go stay due, behind the others."""
    return sum(remove(each) for each in keys(context, rows))


def remove(key: Key) -> bool:
    """Deactivate and delete a key that was given up, or one that is retiring, and check that AWS lists it no more.

    An Undo that was pressed since the row was read comes first.
    """
    with key.context.work.begin() as tx:
        pair = intent.held(tx, key.row.id)
        if pair is None or not _may_go(pair[0]):
            return False
    if pair[0].gone_at is None and not _delete_in_aws(key):
        ask_again(key.context, key.row)
        return False
    now = key.context.clock.now()
    with key.context.work.begin() as tx:
        pair = intent.held(tx, key.row.id)
        if pair is None:
            return False
        row, _ = pair
        if row.gone_at is None:
            tx.credentials.set(row.id, gone_at=now)
            tx.record(Tag.CREDENTIAL_GONE, row.id, by=LATCHKEY, at=now, facts={"key": key.id})
        if row.state is CredentialState.RETIRING:
            deleted(tx, row, now)
    return True


def _may_go(row: Credential) -> bool:
    return row.state in GIVEN_UP or (row.state is CredentialState.RETIRING and row.wish is None)


def _delete_in_aws(key: Key) -> bool:
    try:
        key.context.iam.set_active(key.account, key.grant.iam_user, key.id, active=False, by=LATCHKEY)
        key.context.iam.delete_key(key.account, key.grant.iam_user, key.id, by=LATCHKEY)
        left = key.context.iam.keys_of(key.account, key.grant.iam_user) or ()
    except AwsError:
        return False
    return all(each.id != key.id for each in left)


def deleted(tx: Transaction, row: Credential, now: datetime, *, by: str = LATCHKEY, by_hand: bool = False) -> None:
    """Record that AWS no longer has this key, under the lock of its grant, and close the findings about it."""
    if by_hand:
        tx.credentials.set(row.id, gone_at=now, why=BY_HAND)
    tx.transition(row.id, row.state, CredentialState.DELETED, by=by, at=now, facts=GONE_FROM_AWS if by_hand else None)
    own_keys.close(tx, row.id, now)
    show(tx, row)


def ask_again(context: Context, row: Credential) -> None:
    """Try this row again in 15 s, after the others."""
    with context.work.begin() as tx:
        tx.credentials.set(row.id, next_try_at=retry.next_attempt(context.clock.now(), retry.AWS))
