"""Remove keys that Latchkey issued: deactivate, delete, check that AWS lists them no more, then update the ledger."""

from bot.domain.credential import Credential
from bot.domain.errors import Unreadable
from bot.domain.events import LATCHKEY, Tag
from bot.domain.keys.pending_call import Call
from bot.domain.lifecycle import CredentialState
from bot.flows.context import AwsContext
from bot.flows.issuing.issued_key import IssuedKey, deleted, issued_keys
from bot.flows.keys.aws_call import call_aws

GIVEN_UP = frozenset({CredentialState.DISCARDED, CredentialState.FAILED, CredentialState.DELETED})


def remove_all(context: AwsContext, rows: tuple[Credential, ...]) -> int:
    """How many of these keys are gone. Those that AWS didn't delete stay due, after the others."""
    return sum(remove(each) for each in issued_keys(context, rows))


def remove(key: IssuedKey, by: str = LATCHKEY) -> bool:
    """Delete a key that was given up, or one that is retiring, unless someone pressed Undo or extended its period."""
    return call_aws(
        key,
        Call.DELETE,
        by,
        still_wanted=lambda tx: _may_go(key.row, key.lock(tx)),
        send=lambda: _delete_in_aws(key, by),
        settle=lambda: _settle(key, by),
    )


def _may_go(read: Credential, row: Credential | None) -> bool:
    if row is None:
        return False
    still_due = row.pending_action is None and (row.delete_at, row.delete_by) == (read.delete_at, read.delete_by)
    return row.state in GIVEN_UP or (row.state is CredentialState.RETIRING and still_due)


def _delete_in_aws(key: IssuedKey, by: str) -> None:
    """Raises AwsError, also while AWS still lists it."""
    if key.row.gone_at is not None:
        return
    iam, user = key.context.iam, key.grant.iam_user
    iam.set_active(key.account, user, key.id, active=False, by=by)
    iam.delete_key(key.account, user, key.id, by=by)
    if any(each.id == key.id for each in iam.keys_of(key.account, user) or ()):
        raise Unreadable("ListAccessKeys", "StillListed")


def _settle(key: IssuedKey, by: str) -> bool:
    now = key.context.clock.now()
    with key.context.work.begin() as tx:
        row = key.lock(tx)
        tx.calls.end(key.subject)
        if row is None:
            return False
        if row.gone_at is None:
            tx.credentials.set(row.id, gone_at=now)
            tx.record(Tag.CREDENTIAL_GONE, row.id, by=by, at=now, facts={"key": key.id})
        if row.state is CredentialState.RETIRING:
            deleted(tx, row, now, by=by)
    return True
