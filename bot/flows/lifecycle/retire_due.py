"""After a rotation, deactivate the old key when the overlap is over, and delete it when Undo is over.

AWS is read again before each act. Any error, unknown use included, postpones it. More than twenty acts in one account
need an approver's answer (bulk_limit.py).
"""

from datetime import datetime

from bot.domain import batch_size, retry
from bot.domain.bulk_limit import BulkAction
from bot.domain.errors import AwsError
from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.keys.pending_call import Call
from bot.domain.lifecycle import GrantState
from bot.domain.schedule import IN_USE_WITHIN, STRETCH_TOLD_EVERY
from bot.domain.subjects import Daily
from bot.domain.usage.last_used import LastUsed
from bot.flows import recipients, refresh
from bot.flows.context import AwsContext
from bot.flows.issuing.issued_key import BY_HAND, IssuedKey, issued_keys, try_again
from bot.flows.issuing.removal import remove
from bot.flows.keys import leaked, switchover_check
from bot.flows.keys.aws_call import own_call
from bot.flows.keys.last_used import note_use
from bot.flows.lifecycle import activation, bulk_limit, rotate
from bot.ports import KeySeen, People, Transaction

ALONE = "alone"  # why an old key stays: AWS shows no other that works


def check_switchovers(context: AwsContext) -> int:
    """How many had news."""
    now = context.clock.now()
    with context.work.begin() as tx:
        due = tx.credentials.check_due(now, batch_size.SWITCHOVERS)
        for each in due:
            tx.credentials.set(each.id, look_at=now + switchover_check.CLAIM)
    return sum(switchover_check.check(key) for key in issued_keys(context, due))


def retire_due(context: AwsContext) -> int:
    """The overlap is over. A key used in the last 24 h, or of unknown use, is not touched: the clock stretches."""
    with context.work.begin() as tx:
        due = tx.credentials.retire_due(context.clock.now(), batch_size.DUE_KEYS)
    term = context.catalog.hygiene.overlap
    wanted = (bulk_limit.of_key(key, Tag.CREDENTIAL_WAITED, _show, retire_at=term) for key in issued_keys(context, due))
    return sum(_retire(key, context.people) for key in bulk_limit.permitted(context, BulkAction.SWITCH_OFF, wanted))


def _show(tx: Transaction, key: IssuedKey) -> None:
    refresh.credential(tx, key.row)


def _retire(key: IssuedKey, people: People) -> bool:
    if key.grant.state_at(key.context.clock.now()) is not GrantState.ACTIVE or not _outlived(key):
        return False
    try:
        seen = key.context.iam.keys_of(key.account, key.grant.iam_user) or ()
        used = key.context.iam.last_used(key.account, key.id)
    except AwsError:
        try_again(key.context, key.row)
        return False
    if _alone(key, seen) or _in_use(key, people, used):
        return False
    by_hand = any(each.id == key.id and not each.active for each in seen) and not _began(key)
    return activation.deactivate(key, LATCHKEY, BY_HAND if by_hand else None)


def _began(key: IssuedKey) -> bool:
    """Latchkey called AWS and the answer was lost."""
    with key.context.work.begin() as tx:
        return own_call(tx, key.subject, Call.SWITCH_OFF) is not None


def _outlived(key: IssuedKey) -> bool:
    """Another key is live and stays. If that one is gone meanwhile, this one is needed and its overlap ends."""
    with key.context.work.begin() as tx:
        tx.grants.lock(key.grant.id)
        others = rotate.others(tx.credentials.of(key.grant.id), key.row)
        if any(each.retire_at is None for each in others):
            return True
        tx.credentials.set(key.row.id, retire_at=None)
        refresh.credential(tx, key.row)
    return False


def _alone(key: IssuedKey, seen: tuple[KeySeen, ...]) -> bool:
    """If AWS shows no other active key, this one stays on whatever the ledger says, and its message says why."""
    now = key.context.clock.now()
    works = {each.id for each in seen if each.active}
    with key.context.work.begin() as tx:
        others = rotate.others(tx.credentials.of(key.grant.id), key.row)
        if any(each.access_key_id in works for each in others if each.retire_at is None):
            if key.row.why == ALONE:
                tx.credentials.set(key.row.id, why=None)
            return False
        tx.credentials.set(key.row.id, retire_at=now + IN_USE_WITHIN, why=ALONE)
        refresh.credential(tx, key.row)
    return True


def _in_use(key: IssuedKey, people: People, used: LastUsed) -> bool:
    """The owner sees which service used it and where. Latchkey checks again a day after that use."""
    now = key.context.clock.now()
    places = recipients.of_grant(people, key.context.catalog, key.grant) if key.row.stretches else ()
    with key.context.work.begin() as tx:
        tx.grants.lock(key.grant.id)
        note_use(tx, key.row.id, used, now)
        if used.at is None or now - used.at >= IN_USE_WITHIN:
            return False
        tx.credentials.set(key.row.id, retire_at=used.at + IN_USE_WITHIN)
        _stretch(tx, key, places, now)
        refresh.credential(tx, key.row)
    return True


def _stretch(tx: Transaction, key: IssuedKey, places: tuple[str, ...], now: datetime) -> None:
    """Notify the owner once a day at most, and from the second time on the approvers too."""
    row = tx.credentials.get(key.row.id)
    if row is None or (row.stretched_at is not None and now - row.stretched_at < STRETCH_TOLD_EVERY):
        return
    refresh.credential(tx, row)  # the message before it loses its buttons
    tx.credentials.set(row.id, stretches=row.stretches + 1, stretched_at=now)
    tx.record(Tag.CREDENTIAL_STRETCHED, row.id, by=LATCHKEY, at=now, facts={"times": str(row.stretches + 1)})
    tx.outbox.enqueue(
        Notice.STRETCHED, str(Daily(row.id, now.date())), key.grant.owner, *(places if row.stretches else ())
    )


def delete_due(context: AwsContext) -> int:
    """Undo is over, or a key was replaced before anybody had it: that is a discard, neither counted nor delayed."""
    with context.work.begin() as tx:
        due = tx.credentials.delete_due(context.clock.now(), batch_size.DUE_KEYS)
    found = [each for each in issued_keys(context, due) if not _leaked(each)]
    done = sum(remove(each) for each in found if each.row.replaced)
    held = (each for each in found if not each.row.replaced)
    term = context.catalog.hygiene.undo
    wanted = (bulk_limit.of_key(key, Tag.CREDENTIAL_WAITED, _show, delete_at=term) for key in held)
    return done + sum(_delete(key) for key in bulk_limit.permitted(context, BulkAction.DELETE, wanted))


def _leaked(key: IssuedKey) -> bool:
    """Its incident decides, so that it can still be reactivated."""
    with key.context.work.begin() as tx:
        if not leaked.is_open(tx, key.id):
            return False
        key.set(tx, next_try_at=retry.next_attempt(key.context.clock.now(), retry.NOT_DELETABLE))
    return True


def _delete(key: IssuedKey) -> bool:
    """A key that someone reactivated outside Latchkey stays: it counts as live, and its message says so."""
    try:
        seen = key.context.iam.keys_of(key.account, key.grant.iam_user) or ()
    except AwsError:
        try_again(key.context, key.row)
        return False
    if any(each.id == key.id and each.active for each in seen):
        activation.reactivated(key, LATCHKEY, BY_HAND)
        return False
    return remove(key)
