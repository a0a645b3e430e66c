"""The buttons of a found key. A press is recorded in the ledger; the worker checks AWS again before it acts."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.domain.adopted import Adopted, PendingAction
from bot.domain.errors import Reason, Refused
from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.hygiene.finding import Finding, Step
from bot.domain.ids import AccessKeyId, AccountName, DeliveryId, SlackUserId
from bot.domain.lifecycle import AdoptedState
from bot.domain.schedule import ANSWER_LOST, ENFORCE_AGAIN
from bot.flows import queries, recipients, refresh
from bot.flows.access import justified
from bot.flows.adopted import access
from bot.flows.adopted.access import Found
from bot.flows.context import Context
from bot.ports import Transaction

STANDING = frozenset({AdoptedState.ON, AdoptedState.ASKING})


def may_retire(context: Context, key: str, by: SlackUserId) -> None:
    """Raises Refused unless there is something to switch off, and this person may."""
    found = access.find(context, key)
    access.must_be_theirs(context.people, context.catalog, found, by)
    if found.row is not None and found.row.state not in STANDING:
        with context.work.begin() as tx:
            raise Refused(Reason.SOMEBODY_WAS_FIRST, **queries.outcome(tx, key, found.row.state))


def retire(
    context: Context,
    *,
    key: str,
    by: SlackUserId,
    delivery: DeliveryId | None,
    anyway: bool = False,
    justification: str = "",
) -> Adopted:
    """Give back, or Switch off now: deactivated within seconds. flows/adopted/reactivate.py can undo it.

    `anyway`: the person was shown what uses it. Raises Refused, AlreadyDone.
    """
    why = justified(justification, optional=True)
    found = access.find(context, key)
    access.must_be_theirs(context.people, context.catalog, found, by)
    told = (by, *recipients.of_adopted_key(context.people, context.catalog, found.user))
    now = context.clock.now()
    with context.work.begin(delivery) as tx:
        row = lock(tx, found, now)
        if row.state not in STANDING:
            raise Refused(Reason.SOMEBODY_WAS_FIRST, **queries.outcome(tx, row.id, row.state))
        if anyway and row.state is not AdoptedState.ASKING:
            raise Refused(Reason.SOMEBODY_WAS_FIRST, **queries.outcome(tx, row.id, row.state))
        row = _notify_anew(tx, row, told, now)
        _set_pending(tx, row, PendingAction.ANYWAY if anyway else PendingAction.OFF, by, now, why)
    return row


def enforce(context: Context, *, key: AccessKeyId) -> bool:
    """The same for hygiene, if the account enforces it. A key in use stays active, as does one that too few could undo.

    Once a day at most, because each attempt has a message of its own. False if nothing was started.
    """
    with context.work.begin() as tx:
        seen = tx.inventory.by_key(key)
    try:
        found = access.find(context, seen.id if seen else "")
    except Refused:
        return False
    if not found.account.enforce:
        return False
    now = context.clock.now()
    try:
        if not access.undo(context, found, now).possible:
            return False
    except Refused:
        return False
    told = recipients.of_adopted_key(context.people, context.catalog, found.user)
    with context.work.begin() as tx:
        row = lock(tx, found, now)
        waits = row.state is not AdoptedState.ON or row.pending_action is not None or _tried_today(row, now)
        if waits or not _is_due(tx, row, now):
            return False
        row = _notify_anew(tx, row, told, now)
        _set_pending(tx, row, PendingAction.OFF, LATCHKEY, now)
    return True


def wait(context: Context, *, key: str, by: SlackUserId, delivery: DeliveryId | None) -> datetime | None:
    """Keep it active; beside its replacement, for another overlap. Returns until when."""
    found = access.find(context, key)
    access.must_be_theirs(context.people, context.catalog, found, by)
    now = context.clock.now()
    with context.work.begin(delivery) as tx:
        row = lock(tx, found, now)
        if row.state not in STANDING:
            raise Refused(Reason.SOMEBODY_WAS_FIRST, **queries.outcome(tx, row.id, row.state))
        must_be_still(tx, row, now)
        until = now + context.catalog.hygiene.overlap if row.retire_at else None
        if row.state is AdoptedState.ASKING:
            tx.transition(row.id, AdoptedState.ASKING, AdoptedState.ON, by=by, at=now)
        tx.adopted.set(row.id, pending_action=None, why=None, retire_at=until)
        tx.record(Tag.ADOPTED_LEFT, row.id, by=by, at=now, facts={"until": until.isoformat()} if until else None)
        refresh.adopted_key(tx, row)
    return until


def keep(tx: Transaction, finding: Finding, by: str, now: datetime) -> None:
    """A finding was kept: cancel the deactivation that it led to. Raises Refused if that call is in progress."""
    keys = tx.inventory.keys(AccountName(finding.account), [finding.iam_user])
    about = (each.id for each in keys if finding.access_key_id in {"", each.access_key_id})
    rows = [tx.adopted.lock(each) for each in sorted(about)]
    tx.findings.lock([finding.id])  # before the messages about it
    for row in rows:
        if row is None or row.state not in STANDING:
            continue
        must_be_still(tx, row, now)
        if row.pending_action is not None:
            tx.adopted.set(row.id, pending_action=None, why=None)
            tx.record(Tag.ADOPTED_LEFT, row.id, by=by, at=now)
            refresh.adopted_key(tx, row)


def must_be_still(tx: Transaction, row: Adopted, now: datetime) -> None:
    """Raises Refused while a call to AWS about it is in progress or will be made again: that can't be stopped.

    A call whose answer was lost is over if the worker has read since that the key is active, and asked or waits.
    """
    begun = tx.calls.on(row.id)
    due = row.state is AdoptedState.ON and row.retire_at is not None and row.retire_at <= now
    again = row.pending_action is not None or due
    if begun is not None and (again or now - begun.at < ANSWER_LOST):
        raise Refused(Reason.SWITCHING_OFF)
    tx.calls.end(row.id)


def still_wanted(tx: Transaction, row: Adopted, now: datetime) -> bool:
    """Drop a deactivation that hygiene asked for if its finding was settled meanwhile."""
    if row.pending_action is None or row.pending_by != LATCHKEY or _is_due(tx, row, now):
        return True
    tx.adopted.set(row.id, pending_action=None, why=None)
    tx.record(Tag.ADOPTED_NOT_DONE, row.id, by=LATCHKEY, at=now, facts={"why": "settled"})
    refresh.adopted_key(tx, row)
    return False


def _tried_today(row: Adopted, now: datetime) -> bool:
    if row.pending_by != LATCHKEY or row.pending_since is None:
        return False
    return timedelta(0) <= now - row.pending_since < ENFORCE_AGAIN  # a clock may have been set back


def _is_due(tx: Transaction, row: Adopted, now: datetime) -> bool:
    """A finding about it has reached the last step of its escalation and isn't kept."""
    about = (
        each for each in tx.findings.open_on(row.account, [row.user]) if each.access_key_id in {"", row.access_key_id}
    )
    return any(each.step is Step.OFF and each.may_be_acted_on(now) for each in about)


# --- what the other parts share ---------------------------------------------------------------------------------------


def lock(tx: Transaction, found: Found, now: datetime) -> Adopted:
    """Lock its row, which is created the first time somebody asks for something on this key."""
    fresh = Adopted(found.key.id, found.user.account, found.user.name, found.id, AdoptedState.ON, now)
    if tx.adopted.add(fresh):
        return fresh
    return tx.adopted.lock(found.key.id) or fresh


def _notify_anew(tx: Transaction, row: Adopted, told: Iterable[str], now: datetime) -> Adopted:
    """Post a new message for something new. What is in progress already continues in its own message."""
    if row.pending_action is None and row.retire_at is None and row.state is AdoptedState.ON:
        row = begin_message(tx, row, now)
    notify(tx, row, *told)
    return row


def begin_message(tx: Transaction, row: Adopted, now: datetime) -> Adopted:
    tx.adopted.set(row.id, began_at=now)
    tx.outbox.refresh(Notice.ADOPTED, row.subject)  # the previous message loses its buttons
    return tx.adopted.get(row.id) or row


def _set_pending(
    tx: Transaction, row: Adopted, pending_action: PendingAction, by: str, now: datetime, why: str = ""
) -> None:
    tx.adopted.set(row.id, pending_action=pending_action, pending_by=by, pending_since=now, why=None, next_try_at=None)
    facts = {"wish": pending_action.value, "key": row.access_key_id, "account": row.account, "user": row.user}
    tx.record(Tag.ADOPTED_WISHED, row.id, by=by, at=now, facts=facts | ({"justification": why} if why else {}))
    refresh.adopted_key(tx, row)


def notify(tx: Transaction, row: Adopted, *people: str) -> None:
    tx.outbox.enqueue(Notice.ADOPTED, row.subject, *dict.fromkeys(people))
