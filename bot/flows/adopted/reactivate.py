"""Undo for an adopted key: two approvers agree, and the admins are notified. No other flow reactivates a found key."""

from bot.domain import batch_size
from bot.domain.adopted import AGREE, Adopted, DualApproval, PendingAction
from bot.domain.errors import Reason, Refused
from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.ids import DeliveryId, SlackUserId
from bot.domain.keys.pending_call import Call
from bot.domain.lifecycle import AdoptedState
from bot.domain.schedule import PENDING_LASTS
from bot.flows import access, queries, recipients, refresh, who_else
from bot.flows.adopted import access as adopt_rules
from bot.flows.adopted import request
from bot.flows.adopted.access import Found
from bot.flows.adopted.adopted_key import (
    BY_HAND,
    UNREAD,
    AdoptedKey,
    adopted_keys,
    end_call,
    look_up,
    put_away,
    still_wanted,
)
from bot.flows.context import AwsContext, Context
from bot.flows.keys import leaked
from bot.flows.keys.aws_call import call_aws, own_call
from bot.ports import Clock, Transaction


def reactivate(context: Context, *, key: str, by: SlackUserId, delivery: DeliveryId | None) -> int:
    """Its owner asks; an approver agrees. With the second agreement the worker acts. Returns how many are missing.

    Raises Refused, AlreadyDone.
    """
    found = adopt_rules.find(context, key)
    access.member(context.people, by)
    off_at = found.row.off_at if found.row else None
    who = adopt_rules.undo(context, found, off_at or context.clock.now())
    if by not in who.owners | who.past | who.able:
        raise who_else.named(context.people, Refused(Reason.NOT_APPROVER), who.able)
    if found.row is None or found.row.is_on:
        raise Refused(Reason.SOMEBODY_WAS_FIRST, state=AdoptedState.ON)
    if not who.possible:
        raise Refused(Reason.TWO_APPROVERS, able=who.able)
    able = who.able
    places = recipients.of_account(context.people, context.catalog, found.account.name)
    now = context.clock.now()
    with context.work.begin(delivery) as tx:
        row = request.lock(tx, found, now)
        _must_be_off(tx, row, found, context.clock)
        if row.undo_at is None or now - row.undo_at >= context.catalog.decide_within:
            _open(tx, row, by, context.clock, (*places, *context.catalog.admins))
        if by in able:
            _agree(tx, row, by, context.clock)
        missing = AGREE - len(tx.adopted.agreed(key, now - context.catalog.decide_within) & able)
        if missing <= 0 and row.pending_action is None:
            tx.adopted.set(
                key,
                pending_action=PendingAction.ON,
                pending_by=by,
                pending_since=now,
                delete_by=None,
                why=None,
                next_try_at=None,
            )
        refresh.adopted_key(tx, row)
    return max(missing, 0)


def _must_be_off(tx: Transaction, row: Adopted, found: Found, clock: Clock) -> None:
    leaked.must_not_be(tx, [row.access_key_id])
    if row.state is not AdoptedState.OFF:
        raise Refused(Reason.SOMEBODY_WAS_FIRST, **queries.outcome(tx, row.id, row.state))
    ends = found.account.deleter_role_arn is not None and row.delete_at is not None
    if ends and row.delete_at is not None and row.delete_at <= clock.now():
        raise Refused(Reason.UNDO_OVER)
    if row.delete_by is not None and own_call(tx, row.id, Call.DELETE):
        raise Refused(Reason.UNDO_OVER)


def _open(tx: Transaction, row: Adopted, by: SlackUserId, clock: Clock, places: tuple[str, ...]) -> None:
    now = clock.now()
    tx.adopted.forget_agreements(row.id)
    tx.adopted.set(row.id, undo_by=by, undo_at=now, delete_by=None)
    tx.record(Tag.ADOPTED_UNDO_ASKED, row.id, by=by, at=now, facts={"key": row.access_key_id})
    tx.outbox.enqueue(Notice.ADOPTED_UNDO, row.subject, *dict.fromkeys(places))


def _agree(tx: Transaction, row: Adopted, by: SlackUserId, clock: Clock) -> None:
    now = clock.now()
    if not tx.adopted.agree(row.id, by, now):
        raise Refused(Reason.ALREADY_VOTED)
    tx.record(Tag.ADOPTED_UNDO_AGREED, row.id, by=by, at=now, facts={"key": row.access_key_id})


# --- the worker ----------------------------------------------------------------------------------------------------


def carry_out(context: AwsContext) -> int:
    with context.work.begin() as tx:
        due = tx.adopted.pending(context.clock.now(), batch_size.DUE_KEYS, by_clock=False)
    return sum(
        _on(each)
        for each in adopted_keys(context, tuple(each for each in due if each.pending_action is PendingAction.ON))
    )


def _on(key: AdoptedKey) -> bool:
    """Those who agreed are counted again: each must still be an approver."""
    context, row, now = key.context, key.row, key.context.clock.now()
    if row.pending_since is None or now - row.pending_since >= PENDING_LASTS:
        put_away(context, row, row.why or UNREAD)
        return False
    try:
        warrant = None if _leaked(key) else _warrant(key)
    except Refused:  # Slack doesn't say who is an approver: try again in the next run
        return False
    if warrant is None:
        put_away(context, row, Reason.TWO_APPROVERS)
        return False
    seen = look_up(key)
    if seen is None:
        return False
    if seen.active:
        settle_on(key)
        return False
    return call_aws(
        key,
        Call.SWITCH_ON,
        warrant.by,
        still_wanted=lambda tx: still_wanted(tx, key) and not leaked.is_open(tx, key.id),
        send=lambda: context.reactivator.switch_on(key.account, warrant),
        settle=lambda: settle_on(key),
    )


def _leaked(key: AdoptedKey) -> bool:
    with key.context.work.begin() as tx:
        return leaked.is_open(tx, key.id)


def _warrant(key: AdoptedKey) -> DualApproval | None:
    context, row, now = key.context, key.row, key.context.clock.now()
    who = adopt_rules.undo(context, key.found, row.off_at or now)
    with context.work.begin() as tx:
        agreed = tx.adopted.agreed(row.id, now - context.catalog.decide_within) & who.able
    if len(agreed) < AGREE:
        return None
    return DualApproval(row.access_key_id, key.found.user.arn, who.owners | who.past, agreed)


def settle_on(key: AdoptedKey, *, incident: str | None = None) -> bool:
    """Record that AWS shows it active again, and notify the admins, the account's channel and its owner.

    Only its own `incident` brings back a key that leaked, whatever AWS shows.
    """
    context, found, now = key.context, key.found, key.context.clock.now()
    owner = recipients.of_adopted_key(context.people, context.catalog, found.user)
    channel = (found.account.channel,) if found.account.channel else ()
    with context.work.begin() as tx:
        fresh = tx.adopted.lock(key.row.id)
        if fresh is None or fresh.state is not AdoptedState.OFF or leaked.is_open(tx, key.id, but=incident):
            return False
        ours = end_call(tx, fresh, Call.SWITCH_ON)
        by, why = ((fresh.pending_by or LATCHKEY), None) if ours else (LATCHKEY, BY_HAND)
        agreed = ours.by if ours else ""
        facts = {"key": fresh.access_key_id, "account": fresh.account, "agreed": agreed, "why": why or ""}
        told = {name: value for name, value in facts.items() if value}
        tx.transition(fresh.id, AdoptedState.OFF, AdoptedState.ON, by=by, at=now, facts=told)
        tx.adopted.set(fresh.id, why=why, delete_at=None, delete_by=None, undo_at=None, next_try_at=None)
        refresh.adopted_key(tx, fresh)
        tx.outbox.enqueue(Notice.ADOPTED_ON, fresh.subject, *dict.fromkeys((*context.catalog.admins, *channel, *owner)))
    return True
