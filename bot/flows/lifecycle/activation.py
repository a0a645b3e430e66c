"""Switch a key off and on in AWS: what somebody pressed (a wish), carried out as it is and told when it is done."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.domain.credential import Credential
from bot.domain.errors import AwsError, AwsRefused
from bot.domain.events import LATCHKEY, Notice
from bot.domain.lifecycle import CredentialState as C
from bot.domain.lifecycle import GrantState
from bot.domain.pending_call import Call, PendingCall
from bot.domain.subjects import Timed
from bot.flows import access
from bot.flows.context import AwsContext
from bot.flows.hygiene import own_keys
from bot.flows.issuing import intent
from bot.flows.issuing.removal import Key, ask_again, deleted, keys
from bot.flows.lifecycle.rotate import OFF, ON, show, start_missing_overlaps
from bot.ports import Transaction

MOST = 500  # rows read per run
GONE = "NoSuchEntity"


def carry_out_wishes(context: AwsContext) -> int:
    """Switch off now, Undo: AWS has yet to hear of it."""
    with context.work.begin() as tx:
        due = tx.credentials.wished(context.clock.now(), MOST)
    wanted = keys(context, due)
    return sum(
        _carry_out(replace(each, places=access.hearing(context.people, context.catalog, each.grant))) for each in wanted
    )


def _carry_out(key: Key) -> bool:
    if key.grant.state_at(key.context.clock.now()) is not GrantState.ACTIVE:
        with key.context.work.begin() as tx:
            tx.credentials.set(key.row.id, wish=None)  # the tear-down ends this key anyway
        return False
    by = key.row.wished_by or LATCHKEY
    return off(key, by) if key.row.wish == OFF else _on(key, by)


def off(
    key: Key,
    by: str,
    why: str | None = None,
    *,
    still: Callable[[Transaction], bool] = lambda _tx: True,
    also: Callable[[Transaction], None] = lambda _tx: None,
) -> bool:
    """live → retiring. If Undo or Wait was pressed while AWS switched it off, it comes back at once.

    `still` says whether it is wanted, in the last transaction before the call. `also` belongs to the change, and runs
    in its transaction.
    """
    if not _begin(key, by, still) or not _set(key, active=False, by=by):
        return False
    now = key.context.clock.now()
    with key.context.work.begin() as tx:
        pair = intent.held(tx, key.row.id)
        if pair is None or pair[0].state is not C.LIVE:
            return False
        tx.calls.end(key.row.id)
        tx.transition(key.row.id, C.LIVE, C.RETIRING, by=by, at=now)
        tx.credentials.set(
            key.row.id, retire_at=None, delete_at=now + key.context.catalog.hygiene.undo, why=why, off_by=by
        )
        if _withdrawn(key.row, pair[0]):
            tx.credentials.set(key.row.id, wish=ON, wished_by=None)
        own_keys.close(tx, key.row.id, now)
        show(tx, key.row)
        _tell(tx, key, by, now)
        also(tx)
    return True


def _begin(key: Key, by: str, still: Callable[[Transaction], bool]) -> bool:
    """The last check, under the lock of its grant. False where somebody changed their mind since it was read."""
    now = key.context.clock.now()
    with key.context.work.begin() as tx:
        pair = intent.held(tx, key.row.id)
        if pair is None or pair[1].state_at(now) is not GrantState.ACTIVE or _decided(pair[0]) != _decided(key.row):
            return False
        if not still(tx):
            return False
        tx.calls.begin(PendingCall(key.row.id, Call.SWITCH_OFF, by, now))
    return True


def _decided(row: Credential) -> tuple[object, ...]:
    return row.state, row.wish, row.wished_by, row.retire_at


def _withdrawn(before: Credential, now: Credential) -> bool:
    return now.wish != OFF and (before.wish == OFF or now.retire_at != before.retire_at)


def _on(key: Key, by: str) -> bool:
    return _set(key, active=True, by=by) and live_again(key, by)


def _set(key: Key, *, active: bool, by: str) -> bool:
    try:
        key.context.iam.set_active(key.account, key.grant.iam_user, key.id, active=active, by=by)
    except AwsRefused as refused:
        if refused.code == GONE:
            _vanished(key)
        else:
            ask_again(key.context, key.row)
        with key.context.work.begin() as tx:
            tx.calls.end(key.row.id)
        return False
    except AwsError:  # it may have been carried out
        ask_again(key.context, key.row)
        return False
    return True


def live_again(key: Key, by: str, why: str | None = None) -> bool:
    """retiring → live. Beside a younger key its clock begins again."""
    with key.context.work.begin() as tx:
        pair = intent.held(tx, key.row.id)
        if pair is None or pair[0].state is not C.RETIRING:
            return False
        now = key.context.clock.now()
        tx.transition(key.row.id, C.RETIRING, C.LIVE, by=by, at=now, facts={"why": why} if why else None)
        tx.credentials.set(key.row.id, retire_at=None, delete_at=None, why=why, off_by=None)
        start_missing_overlaps(tx, key.context.catalog, key.grant, now)
        show(tx, key.row)
        _tell(tx, key, by, now)
    return True


def _vanished(key: Key) -> None:
    """Somebody deleted it by hand: there is nothing to bring back, and nothing in AWS."""
    now = key.context.clock.now()
    with key.context.work.begin() as tx:
        pair = intent.held(tx, key.row.id)
        if pair is not None and pair[0].state in {C.LIVE, C.RETIRING}:
            deleted(tx, pair[0], now, by_hand=True)


def _tell(tx: Transaction, key: Key, by: str, now: datetime) -> None:
    """Somebody else than the owner did it: the owner and the approvers get a message of its own, as for a revoke."""
    if by not in {key.grant.owner, LATCHKEY}:
        to = dict.fromkeys((key.grant.owner, *(each for each in key.places if each != by)))
        tx.outbox.enqueue(Notice.SWITCHED, str(Timed(key.row.id, now)), *to)
