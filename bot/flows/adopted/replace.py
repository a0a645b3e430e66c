"""Replace a found key: a new grant, with a new IAM user and the usual approvals.

Once the new key is live, the use of both is compared, and the old one is deactivated: by its owner, or when the overlap
ends if nothing has used it for a day.
"""

from datetime import timedelta

from bot.domain import batch_size
from bot.domain.bulk_limit import BulkAction
from bot.domain.catalog import Entitlement, Kind
from bot.domain.errors import AwsError, Reason, Refused
from bot.domain.events import LATCHKEY, Tag
from bot.domain.ids import DeliveryId, EntitlementId, RequestId, SlackUserId
from bot.domain.requests.request import Request
from bot.domain.schedule import IN_USE_WITHIN, STRETCH_TOLD_EVERY
from bot.domain.usage.last_used import LastUsed
from bot.flows import recipients, refresh
from bot.flows.access import offered as offered_to
from bot.flows.adopted import access
from bot.flows.adopted import request as adopt
from bot.flows.adopted.access import Found
from bot.flows.adopted.adopted_key import (
    NO_UNDO,
    UNREAD,
    AdoptedKey,
    adopted_keys,
    last_use,
    look_up,
    successor,
    try_again,
)
from bot.flows.adopted.deactivate import settle_off, switch_off, undo_later, undo_now
from bot.flows.context import AwsContext, Context
from bot.flows.keys import switchover_check
from bot.flows.lifecycle import bulk_limit
from bot.flows.requests import ask as request

ALONE = "alone"  # why the old key stays active: there is no new one


def offered(context: Context, found: Found, by: SlackUserId) -> tuple[Entitlement, ...]:
    """Access keys of the same account. A session has no key whose use could be compared."""
    granted = offered_to(context.people, context.catalog, by)
    mine = (each for each in granted if each.account == found.account.name)
    return tuple(each for each in mine if each.kind is Kind.ACCESS_KEY)


def may_rotate(context: Context, key: str, by: SlackUserId) -> Found:
    """Raises Refused."""
    found = access.find(context, key)
    access.must_be_theirs(context.people, context.catalog, found, by)
    if found.row is not None and found.row.state not in adopt.STANDING:
        raise Refused(Reason.SOMEBODY_WAS_FIRST, state=found.row.state)
    with context.work.begin() as tx:
        if tx.adopted.replacing_request(key) is not None:
            raise Refused(Reason.REPLACED_ALREADY)
    if not offered(context, found, by):
        raise Refused(Reason.NOTHING_INSTEAD, account=found.account.name)
    return found


def ask(
    context: Context,
    *,
    key: str,
    entitlement: EntitlementId,
    duration: timedelta,
    justification: str,
    by: SlackUserId,
    delivery: DeliveryId | None,
    ticket: str = "",
) -> Request:
    """An ordinary request, which remembers the found key. Raises Refused, AlreadyDone."""
    found = may_rotate(context, key, by)
    if entitlement not in {each.id for each in offered(context, found, by)}:
        raise Refused(Reason.NOT_REQUESTABLE, entitlement=entitlement)
    return request.ask(
        context,
        entitlement=entitlement,
        duration=duration,
        justification=justification,
        by=by,
        delivery=delivery,
        replaces=key,
        ticket=ticket,
    )


# --- the worker: both keys side by side ----------------------------------------------------------------------------


def start_overlaps(context: AwsContext) -> int:
    """A replacement is live: the old key's overlap starts, and the use of both is checked."""
    with context.work.begin() as tx:
        fresh = tx.adopted.replacements_collected(batch_size.DUE_KEYS)
    return sum(_start(context, key, of) for key, of in fresh)


def _start(context: AwsContext, key: str, of: RequestId) -> bool:
    now = context.clock.now()
    try:
        found = access.find(context, key)
    except Refused:
        with context.work.begin() as tx:
            old = tx.inventory.get(key)
            if old is None or old.gone_at is not None:  # the old key is gone
                tx.adopted.mark_taken_over(of, now)
        return False
    told = recipients.of_adopted_key(context.people, context.catalog, found.user)
    with context.work.begin() as tx:
        row = adopt.lock(tx, found, now)
        grant = tx.grants.of_request(of)
        tx.adopted.set(key, request=of)
        tx.adopted.mark_taken_over(of, now)
        if grant is None or row.state not in adopt.STANDING:
            return False
        row = adopt.begin_message(tx, row, now)
        tx.adopted.set(key, retire_at=now + context.catalog.hygiene.overlap, look_at=now, proof=None, why=None)
        tx.record(Tag.ADOPTED_REPLACED, key, by=grant.owner, at=now, facts={"grant": grant.id})
        refresh.adopted_key(tx, row)
        adopt.notify(tx, row, grant.owner, *told)
    return True


def check_switchovers(context: AwsContext) -> int:
    """How many had news."""
    now = context.clock.now()
    with context.work.begin() as tx:
        due = tx.adopted.check_due(now, batch_size.SWITCHOVERS)
        for each in due:
            tx.adopted.set(each.id, look_at=now + switchover_check.CLAIM)
    return sum(switchover_check.check(key) for key in adopted_keys(context, due))


# --- the worker: the clock -----------------------------------------------------------------------------------------


def retire_due(context: AwsContext) -> int:
    """The overlap is over. If the key was used in the last 24 h, or its use is unknown, the overlap is extended."""
    with context.work.begin() as tx:
        due = tx.adopted.retire_due(context.clock.now(), batch_size.DUE_KEYS)
    overlap = context.catalog.hygiene.overlap
    wanted = (bulk_limit.of_key(key, Tag.ADOPTED_LEFT, retire_at=overlap) for key in adopted_keys(context, due))
    return sum(_retire(each) for each in bulk_limit.permitted(context, BulkAction.FOUND_SWITCH_OFF, wanted))


def _retire(key: AdoptedKey) -> bool:
    seen = look_up(key)
    used = last_use(key) if seen else None
    if seen is None or used is None:
        return False
    if not seen.active:
        settle_off(key)
        return False
    alone = _alone(key)
    if alone is None or alone or _in_use(key, used):
        return False
    who = undo_now(key)
    if who is None:
        undo_later(key)
        return False
    if not who.possible:
        _stays(key, NO_UNDO)
        return False
    return switch_off(key, LATCHKEY)


def _alone(key: AdoptedKey) -> bool | None:
    """If AWS shows no active replacement, the old key stays on. None: AWS doesn't say."""
    context, now = key.context, key.context.clock.now()
    with context.work.begin() as tx:
        pair = successor(tx, key.row, now)
    try:
        listed = context.iam.keys_of(key.found.account, pair[1].iam_user) if pair else ()
    except AwsError as error:
        try_again(key, UNREAD, error)
        return None
    if pair and any(each.id == pair[0].access_key_id and each.active for each in listed or ()):
        return False
    _stays(key, ALONE)
    return True


def _stays(key: AdoptedKey, why: str) -> None:
    """Check again in a day. The owner reads why it stays on, beside Switch off now."""
    with key.context.work.begin() as tx:
        if (row := tx.adopted.lock(key.row.id)) is not None:
            tx.adopted.set(row.id, retire_at=key.context.clock.now() + IN_USE_WITHIN, why=why)
            refresh.adopted_key(tx, row)


def _in_use(key: AdoptedKey, used: LastUsed) -> bool:
    """Notify its owner in a new message, once a day at most, and check again a day after that use."""
    context, now = key.context, key.context.clock.now()
    told = recipients.of_adopted_key(context.people, context.catalog, key.found.user)
    with context.work.begin() as tx:
        row = tx.adopted.lock(key.row.id)
        key.note_use(tx, used)
        if row is None or used.at is None or now - used.at >= IN_USE_WITHIN:
            return False
        tx.adopted.set(row.id, retire_at=used.at + IN_USE_WITHIN)
        refresh.adopted_key(tx, row)
        pair = successor(tx, row, now)
        if now - row.began_at >= STRETCH_TOLD_EVERY and pair is not None:
            tx.record(Tag.ADOPTED_STRETCHED, row.id, by=LATCHKEY, at=now)
            adopt.notify(tx, adopt.begin_message(tx, row, now), pair[1].owner, *told)
    return True
