"""Delete adopted keys after their undo period: by the Deleter role, or else by asking people to do it by hand."""

from bot.domain import batch_size, retry
from bot.domain.bulk_limit import BulkAction
from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.keys.pending_call import Call
from bot.domain.usage.last_used import LastUsed
from bot.flows import recipients, refresh
from bot.flows.adopted.adopted_key import IN_USE, AdoptedKey, adopted_keys, last_use, look_up, still_wanted
from bot.flows.adopted.reactivate import settle_on
from bot.flows.context import AwsContext
from bot.flows.keys import leaked
from bot.flows.keys.aws_call import call_aws
from bot.flows.lifecycle import bulk_limit


def delete_due(context: AwsContext) -> int:
    """Off for at least `undo`, and nothing has used it since."""
    with context.work.begin() as tx:
        due = tx.adopted.delete_due(context.clock.now(), batch_size.DUE_KEYS)
    found = list(adopted_keys(context, due))
    done = sum(_end(each) for each in found if not _has_deleter(each))
    undo = context.catalog.hygiene.undo
    wanted = (bulk_limit.of_key(key, Tag.ADOPTED_LEFT, delete_at=undo) for key in found if _has_deleter(key))
    return done + sum(_end(each) for each in bulk_limit.permitted(context, BulkAction.FOUND_DELETE, wanted))


def _has_deleter(key: AdoptedKey) -> bool:
    """Without that role, a person deletes the key in AWS, so the bulk limit doesn't count it."""
    return key.account.deleter_role_arn is not None


def _end(key: AdoptedKey) -> bool:
    context, row, now = key.context, key.row, key.context.clock.now()
    if row.undo_at is not None and now - row.undo_at < context.catalog.decide_within:
        _later(key)  # someone asked to reactivate it, and the approvers decide first
        return False
    with context.work.begin() as tx:
        open_ = leaked.is_open(tx, key.id)
    if open_:
        _later(key)  # its incident decides, so that it can still be reactivated
        return False
    used = last_use_before_delete(key)
    if used is None:
        return False
    if row.off_at is None or (used.at is not None and used.at > row.off_at):
        with context.work.begin() as tx:
            key.note_use(tx, used)
        _later(key, IN_USE)
        return False
    if not _has_deleter(key):
        _by_hand(key)
        return False
    return delete(key, row.off_by or LATCHKEY)


def last_use_before_delete(key: AdoptedKey) -> LastUsed | None:
    """None if it can't be deleted: AWS doesn't say, or the key is gone or active, which the ledger then says too."""
    seen = look_up(key)
    if seen is None:
        return None
    if seen.active:  # reactivated outside Latchkey
        settle_on(key)
        return None
    return last_use(key)


def delete(key: AdoptedKey, by: str) -> bool:
    """By the account's Deleter role."""
    return call_aws(
        key,
        Call.DELETE,
        by,
        still_wanted=lambda tx: still_wanted(tx, key),
        send=lambda: key.context.responder.delete(key.account, key.found.user.arn, key.id, by=by),
        settle=lambda: _settle(key),
    )


def _settle(key: AdoptedKey) -> bool:
    key.not_found()
    return True


def _by_hand(key: AdoptedKey) -> None:
    """Ask once for its deletion in AWS, in a message of its own, and keep checking whether it is gone."""
    context, row, found = key.context, key.row, key.found
    places = recipients.of_account(context.people, context.catalog, found.account.name)
    owner = recipients.of_adopted_key(context.people, context.catalog, found.user)
    with context.work.begin() as tx:
        tx.adopted.set(row.id, next_try_at=retry.next_attempt(context.clock.now(), retry.NOT_ALLOWED))
        if row.told_at is None:
            tx.adopted.set(row.id, told_at=context.clock.now())
            tx.outbox.enqueue(Notice.ADOPTED_END, row.subject, *dict.fromkeys((*owner, *places)))


def _later(key: AdoptedKey, why: str | None = None) -> None:
    with key.context.work.begin() as tx:
        again = retry.next_attempt(key.context.clock.now(), retry.NOT_DELETABLE)
        tx.adopted.set(key.row.id, next_try_at=again, why=why)
        if why != key.row.why:
            refresh.adopted_key(tx, key.row)
