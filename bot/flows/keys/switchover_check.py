"""Check a switch-over: while two keys are active, ask AWS for the last use of both, and update the message for news."""

from datetime import timedelta

from bot.domain.errors import AwsError
from bot.domain.ids import AccessKeyId
from bot.domain.keys.switchover import Proof, ask_after
from bot.domain.lifecycle import HELD, AdoptedState, CredentialState
from bot.domain.usage.last_used import LastUsed
from bot.flows.keys.last_used import note_answer
from bot.flows.keys.managed_key import ReplacedKey
from bot.ports import Transaction

CLAIM = timedelta(minutes=3)  # no other worker takes it meanwhile; a check that came to nothing is tried again then
DELETED = frozenset({CredentialState.DELETED, AdoptedState.GONE})


def check(key: ReplacedKey) -> bool:
    """True when there was news."""
    with key.context.work.begin() as tx:
        new = key.replacement(tx)
        if new is None:
            key.set(tx, look_at=None)
            return False
    # AWS doesn't count attempts with a deactivated key.
    ask_old, ask_new = key.row.is_on, new.state in HELD
    old_use = _last_use(key, key.id) if ask_old else None
    new_use = _last_use(key, new.access_key_id) if ask_new else None
    with key.context.work.begin() as tx:
        old = key.lock(tx)
        if old is None:
            return False
        if ask_old:
            key.note_use(tx, old_use)
        if ask_new:
            note_answer(tx, new.id, new_use, key.context.clock.now())
        return _report(tx, key)


def _last_use(key: ReplacedKey, of: AccessKeyId | None) -> LastUsed | None:
    try:
        return key.context.iam.last_used(key.account, of) if of else None
    except AwsError:
        return None


def _report(tx: Transaction, key: ReplacedKey) -> bool:
    """Update the message where it would say something else, and schedule the next check."""
    now = key.context.clock.now()
    old, new = key.lock(tx), key.replacement(tx)
    if old is None:
        return False
    mark = Proof(old, new, now).mark
    known = not old.is_on and (old.state in DELETED or new is None or new.first_used_at is not None)
    key.set(tx, look_at=None if known else now + ask_after(key.created_at, new, now), proof=mark)
    if mark == old.proof:
        return False
    key.refresh(tx)
    return True
