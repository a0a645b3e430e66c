"""Deactivate adopted keys in AWS: because somebody pressed a button, or because the account enforces hygiene."""

from bot.domain import batch_size, retry
from bot.domain.adopted import PendingAction
from bot.domain.errors import Refused
from bot.domain.events import LATCHKEY
from bot.domain.keys.pending_call import Call
from bot.domain.lifecycle import AdoptedState
from bot.domain.schedule import IN_USE_WITHIN, PENDING_LASTS
from bot.domain.usage.last_used import LastUsed
from bot.flows import refresh
from bot.flows.adopted import access, request
from bot.flows.adopted.access import Undo
from bot.flows.adopted.adopted_key import (
    BY_HAND,
    IN_USE,
    NO_UNDO,
    UNREAD,
    AdoptedKey,
    adopted_keys,
    end_call,
    last_use,
    look_up,
    put_away,
    settle_findings,
    still_wanted,
)
from bot.flows.context import AwsContext
from bot.flows.keys.aws_call import call_aws


def carry_out(context: AwsContext) -> int:
    """What people asked for. The bulk limit doesn't count it."""
    return _carry_out(context, by_clock=False)


def carry_out_enforced(context: AwsContext) -> int:
    """What hygiene asked for, within the bulk limit of hygiene/enforce.py."""
    return _carry_out(context, by_clock=True)


def _carry_out(context: AwsContext, *, by_clock: bool) -> int:
    with context.work.begin() as tx:
        due = tx.adopted.pending(context.clock.now(), batch_size.DUE_KEYS, by_clock=by_clock)
    wanted = tuple(each for each in due if each.pending_action is not PendingAction.ON)
    return sum(_off(each) for each in adopted_keys(context, wanted))


def _off(key: AdoptedKey) -> bool:
    row, now = key.row, key.context.clock.now()
    if (row.pending_since is None or now - row.pending_since >= PENDING_LASTS) and not _began(key):
        put_away(key.context, row, row.why or UNREAD)
        return False
    seen = look_up(key)
    if seen is None:
        return False
    if not seen.active:
        settle_off(key)
        return False
    used = last_use(key)
    if used is None:
        return False
    who = undo_now(key)
    if who is None:
        undo_later(key)
        return False
    if row.pending_action is not PendingAction.ANYWAY:
        if used.at is not None and now - used.at < IN_USE_WITHIN:
            _ask(key, used, who, IN_USE)
            return False
        if not who.possible:
            _ask(key, used, who, NO_UNDO)
            return False
    return switch_off(key, row.pending_by or LATCHKEY)


def undo_now(key: AdoptedKey) -> Undo | None:
    """Who could reactivate it if it were deactivated now. None when Slack doesn't say."""
    context = key.context
    try:
        return access.undo(context, key.found, context.clock.now())
    except Refused:
        return None


def undo_later(key: AdoptedKey) -> None:
    """The key stays on until Slack says who could reactivate it."""
    with key.context.work.begin() as tx:
        tx.adopted.set(key.row.id, next_try_at=retry.next_attempt(key.context.clock.now(), retry.AWS))


def _began(key: AdoptedKey) -> bool:
    """AWS hasn't answered an earlier call about it yet."""
    with key.context.work.begin() as tx:
        return tx.calls.on(key.row.id) is not None


def _ask(key: AdoptedKey, used: LastUsed, who: Undo, why: str) -> None:
    """Ask the person who pressed whether to go on. If hygiene wanted it, the key stays on."""
    row, now = key.row, key.context.clock.now()
    if row.pending_by == LATCHKEY:
        put_away(key.context, row, why)
        return
    with key.context.work.begin() as tx:
        fresh = tx.adopted.lock(row.id)
        if fresh is None or fresh.pending_action is None:  # withdrawn meanwhile
            return
        key.note_use(tx, used)
        alone = {"why": None if who.possible else NO_UNDO, "undoers": who.names}
        tx.adopted.set(row.id, pending_action=None, **alone)
        tx.transition(row.id, AdoptedState.ON, AdoptedState.ASKING, by=LATCHKEY, at=now)
        refresh.adopted_key(tx, fresh)


def switch_off(key: AdoptedKey, by: str) -> bool:
    return call_aws(
        key,
        Call.SWITCH_OFF,
        by,
        still_wanted=lambda tx: still_wanted(tx, key),
        send=lambda: key.context.responder.switch_off(key.account, key.found.user.arn, key.id, by=by),
        settle=lambda: settle_off(key),
    )


def settle_off(key: AdoptedKey) -> bool:
    """Record that AWS shows it deactivated, by Latchkey or outside it, and update every message about it."""
    context, now = key.context, key.context.clock.now()
    who = undo_now(key)
    with context.work.begin() as tx:
        fresh = tx.adopted.lock(key.row.id)
        if fresh is None or fresh.state not in request.STANDING:
            return False
        if who is not None:
            tx.owners.record_owners(fresh.account, {fresh.user: who.owners}, now)
        ours = end_call(tx, fresh, Call.SWITCH_OFF)
        by, why = (ours.by, None) if ours else (LATCHKEY, BY_HAND)
        ends = {"off_at": now, "off_by": by, "delete_at": now + context.catalog.hygiene.undo}
        undo = {"undoers": who.names if who else None, "undo_by": None, "undo_at": None}
        tx.adopted.set(fresh.id, why=why, retire_at=None, told_at=None, **undo, **ends)
        facts = {"key": fresh.access_key_id, "account": fresh.account, "user": fresh.user}
        tx.transition(
            fresh.id, fresh.state, AdoptedState.OFF, by=by, at=now, facts=facts | ({"why": why} if why else {})
        )
        settle_findings(tx, fresh, now)
        refresh.adopted_key(tx, fresh)
    return True
