"""Delete now: delete a switched-off old key before its undo period is over, which frees its slot for another rotation.

Only once the switch-over is proven: the new key is in use, and nothing has used the old one since. The worker reads its
last use again right before it deletes it.
"""

from bot.domain import batch_size
from bot.domain.authorization import Act
from bot.domain.credential import Credential
from bot.domain.errors import AwsError, Reason, Refused
from bot.domain.events import LATCHKEY, Tag
from bot.domain.ids import CredentialId, DeliveryId, SlackUserId
from bot.domain.keys.switchover import Doubt, doubt, successor
from bot.domain.lifecycle import CredentialState, GrantState
from bot.flows import queries, refresh
from bot.flows.context import AwsContext, Context
from bot.flows.issuing.issued_key import BY_HAND, IssuedKey, issued_keys, try_again
from bot.flows.issuing.removal import remove
from bot.flows.lifecycle import activation, rotate
from bot.ports import Transaction


def ask(context: Context, *, credential: CredentialId, by: SlackUserId, delivery: DeliveryId | None) -> Credential:
    """By those who may switch it off. Raises Refused, AlreadyDone."""
    found, grant = rotate.allowed(context, Act.RETIRE, credential, by)
    now = context.clock.now()
    with context.work.begin(delivery) as tx:
        fresh = rotate.lock(tx, grant, credential, now)
        if fresh.state is not CredentialState.RETIRING or fresh.pending_action is not None:
            raise Refused(Reason.SOMEBODY_WAS_FIRST, **queries.outcome(tx, fresh.id, fresh.state))
        if fresh.delete_by is None:
            if why := doubt(fresh, successor(fresh, tx.credentials.of(grant.id)), now):
                raise Refused(Reason.NOT_PROVEN, doubt=why)
            tx.credentials.set(credential, delete_by=by, why=None, next_try_at=None)
            tx.record(Tag.CREDENTIAL_DELETE_ASKED, credential, by=by, at=now)
            refresh.credential(tx, fresh)
    return found


# --- the worker -------------------------------------------------------------------------------------------------------


def carry_out(context: AwsContext) -> int:
    """How many were deleted. The bulk limit doesn't count them, because a person asked for each."""
    with context.work.begin() as tx:
        due = tx.credentials.delete_asked(context.clock.now(), batch_size.DUE_KEYS)
    return sum(_delete(key) for key in issued_keys(context, due))


def _delete(key: IssuedKey) -> bool:
    if key.grant.state_at(key.context.clock.now()) is not GrantState.ACTIVE:
        with key.context.work.begin() as tx:
            key.set(tx, delete_by=None)  # the tear-down ends this key anyway
        return False
    try:
        seen = key.context.iam.keys_of(key.account, key.grant.iam_user) or ()
        used = key.context.iam.last_used(key.account, key.id)
    except AwsError:
        try_again(key.context, key.row)
        return False
    if any(each.id == key.id and each.active for each in seen):
        activation.reactivated(key, LATCHKEY, BY_HAND)
        return False
    with key.context.work.begin() as tx:
        fresh = key.lock(tx)
        key.note_use(tx, used)
        read = tx.credentials.get(key.row.id)
        if fresh is None or read is None or fresh.delete_by is None:
            return False
        if why := doubt(read, key.replacement(tx), key.context.clock.now()):
            _leave(tx, key, why)
            return False
    return remove(key, by=key.row.delete_by or LATCHKEY)


def _leave(tx: Transaction, key: IssuedKey, why: Doubt) -> None:
    """It stays as it was, and its message says why."""
    key.set(tx, delete_by=None, why=why.value)
    facts = {"why": why.value}
    tx.record(Tag.CREDENTIAL_NOT_DELETED, key.row.id, by=LATCHKEY, at=key.context.clock.now(), facts=facts)
    refresh.credential(tx, key.row)
