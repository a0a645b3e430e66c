"""Deactivate and reactivate issued keys in AWS, mostly because someone pressed Switch off now or Undo."""

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime

from bot.domain import batch_size
from bot.domain.credential import Credential
from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.keys.pending_call import Call
from bot.domain.lifecycle import CredentialState as C
from bot.domain.lifecycle import GrantState
from bot.domain.schedule import ANSWER_LOST
from bot.domain.subjects import Timed
from bot.flows import findings, recipients, refresh
from bot.flows.context import AwsContext
from bot.flows.issuing import intent
from bot.flows.issuing.issued_key import IssuedKey, issued_keys
from bot.flows.keys import leaked
from bot.flows.keys.aws_call import call_aws
from bot.flows.lifecycle.rotate import OFF, ON, start_missing_overlaps
from bot.ports import Transaction


def carry_out(context: AwsContext) -> int:
    """What people pressed: Switch off now, and Undo."""
    with context.work.begin() as tx:
        due = tx.credentials.pending(context.clock.now(), batch_size.DUE_KEYS)
    wanted = issued_keys(context, due)
    return sum(
        _carry_out(replace(each, places=recipients.of_grant(context.people, context.catalog, each.grant)))
        for each in wanted
    )


def _carry_out(key: IssuedKey) -> bool:
    if key.grant.state_at(key.context.clock.now()) is not GrantState.ACTIVE:
        with key.context.work.begin() as tx:
            key.set(tx, pending_action=None)  # the tear-down ends this key anyway
        return False
    by = key.row.pending_by or LATCHKEY
    if key.row.pending_action == OFF:
        return deactivate(key, by)
    with key.context.work.begin() as tx:
        if leaked.is_open(tx, key.id):  # reported after Undo was pressed
            key.set(tx, pending_action=None)
            refresh.credential(tx, key.row)
            return False
    return _reactivate(key, by, settle=lambda: reactivated(key, by))


def keep_active(context: AwsContext) -> int:
    """Reactivate keys that stay live, but that AWS may have deactivated: the answer to that call was lost.

    Somebody pressed Undo or Wait since, or the sweep that called no longer wants it. One that still does calls again.
    """
    now = context.clock.now()
    with context.work.begin() as tx:
        due = tx.credentials.unanswered(now - ANSWER_LOST, now, batch_size.DUE_KEYS)
    return sum(_keep_active(key) for key in issued_keys(context, due))


def _keep_active(key: IssuedKey) -> bool:
    with key.context.work.begin() as tx:
        if not leaked.is_open(tx, key.id) and leaked.was_contained(tx, key.id):
            tx.calls.end(key.subject)  # two people bring it back; until then it's reported as drift
            return False
    return _reactivate(key, LATCHKEY, settle=lambda: _kept(key) or reactivated(key, LATCHKEY))


def _kept(key: IssuedKey) -> bool:
    now = key.context.clock.now()
    with key.context.work.begin() as tx:
        row = key.lock(tx)
        if row is None or row.state is not C.LIVE:
            return False
        tx.calls.end(key.subject)
        tx.record(Tag.SWITCH_OFF_WITHDRAWN, row.id, by=LATCHKEY, at=now)
    return True


def deactivate(
    key: IssuedKey,
    by: str,
    why: str | None = None,
    *,
    still: Callable[[Transaction], bool] = lambda _tx: True,
    also: Callable[[Transaction], None] = lambda _tx: None,
) -> bool:
    """live → retiring. If Undo or Wait was pressed during the call, the key is reactivated at once.

    `still` is one more check in the last transaction before the call. `also` runs in the transaction of the change.
    """
    return call_aws(
        key,
        Call.SWITCH_OFF,
        by,
        still_wanted=lambda tx: _unchanged(tx, key) and still(tx),
        send=lambda: _set_active(key, by, active=False),
        settle=lambda: _deactivated(key, by, why, also),
    )


def _reactivate(key: IssuedKey, by: str, *, settle: Callable[[], bool]) -> bool:
    return call_aws(
        key,
        Call.SWITCH_ON,
        by,
        still_wanted=lambda tx: _unchanged(tx, key) and not leaked.is_open(tx, key.id),
        send=lambda: _set_active(key, by, active=True),
        settle=settle,
    )


def _set_active(key: IssuedKey, by: str, *, active: bool) -> None:
    key.context.iam.set_active(key.account, key.grant.iam_user, key.id, active=active, by=by)


def _unchanged(tx: Transaction, key: IssuedKey) -> bool:
    """Nobody decided anything else since it was read, and its grant still runs."""
    pair = intent.held(tx, key.row.id)
    active = pair is not None and pair[1].state_at(key.context.clock.now()) is GrantState.ACTIVE
    return pair is not None and active and _decided(pair[0]) == _decided(key.row)


def _decided(row: Credential) -> tuple[object, ...]:
    return row.state, row.pending_action, row.pending_by, row.retire_at


def _withdrawn(before: Credential, now: Credential) -> bool:
    return now.pending_action != OFF and (before.pending_action == OFF or now.retire_at != before.retire_at)


def _deactivated(key: IssuedKey, by: str, why: str | None, also: Callable[[Transaction], None]) -> bool:
    now = key.context.clock.now()
    with key.context.work.begin() as tx:
        row = key.lock(tx)
        if row is None or row.state is not C.LIVE:
            return False
        tx.calls.end(key.subject)
        tx.transition(row.id, C.LIVE, C.RETIRING, by=by, at=now)
        key.set(tx, retire_at=None, delete_at=now + key.context.catalog.hygiene.undo, why=why, off_by=by)
        if _withdrawn(key.row, row):
            key.set(tx, pending_action=ON, pending_by=None)
        findings.close_for_credential(tx, row.id, now)
        refresh.credential(tx, key.row)
        _notify(tx, key, by, now)
        also(tx)
    return True


def reactivated(key: IssuedKey, by: str, why: str | None = None, *, incident: str | None = None) -> bool:
    """retiring → live. Beside a newer key its overlap starts again.

    Only its own `incident` brings back a key that leaked, whatever AWS shows.
    """
    now = key.context.clock.now()
    with key.context.work.begin() as tx:
        row = key.lock(tx)
        if row is None or row.state is not C.RETIRING or leaked.is_open(tx, key.id, but=incident):
            return False
        tx.calls.end(key.subject)
        tx.transition(row.id, C.RETIRING, C.LIVE, by=by, at=now, facts={"why": why} if why else None)
        key.set(tx, retire_at=None, delete_at=None, delete_by=None, why=why, off_by=None)
        start_missing_overlaps(tx, key.context.catalog, key.grant, now)
        refresh.credential(tx, key.row)
        _notify(tx, key, by, now)
    return True


def _notify(tx: Transaction, key: IssuedKey, by: str, now: datetime) -> None:
    """Someone other than the owner did it: the owner and the approvers get a message about it, as for a revoke."""
    if by not in {key.grant.owner, LATCHKEY}:
        to = dict.fromkeys((key.grant.owner, *(each for each in key.places if each != by)))
        tx.outbox.enqueue(Notice.SWITCHED, str(Timed(key.row.id, now)), *to)
