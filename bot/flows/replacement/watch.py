"""After somebody pressed I replaced it: watch the key, offer Switch off once it is quiet, and report a new use.

Deadlines are rows, so a watch survives restarts. It only reads AWS: the key is switched off by its owner's press.
"""

from datetime import datetime, timedelta

from bot.domain.adopted import Protection
from bot.domain.errors import AwsError, Refused
from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.replacement import watch as rules
from bot.domain.replacement.watch import LOOK_EVERY, Judged, Verdict, Watch
from bot.domain.usage.key_usage import Usage
from bot.domain.usage.last_used import LastUsed
from bot.flows import recipients
from bot.flows.context import AwsContext, Context
from bot.flows.hygiene import usage as usages
from bot.flows.replacement.key import Key, read
from bot.ports import Transaction

AT_ONCE = 20  # in one run: each takes a second or more under CloudTrail's rate limit, and a worker that stops waits
USED_BY_MOST = 128
TOLD_AT_MOST_EVERY = timedelta(hours=20)  # of new uses


def check(context: AwsContext) -> int:
    """Read the use of each watched key that is due. Returns how many were read."""
    with context.work.begin() as tx:
        due = tx.replacements.due(context.clock.now(), AT_ONCE)
    return sum(_check(context, each) for each in due)


def _check(context: AwsContext, watch: Watch) -> bool:
    now = context.clock.now()
    with context.work.begin() as tx:
        if not tx.replacements.claim(watch, now + LOOK_EVERY):
            return False
        key = _still_works(tx, context, watch)
    if key is None:
        return True
    used, usage = _read(context, key)
    judged = rules.judge(watch, used, usage, now)
    to = places(context, key) if judged.verdict in {Verdict.USED, Verdict.QUIET} else ()
    with context.work.begin() as tx:
        _settle(tx, watch, judged, usage, to, context)
    return True


def _still_works(tx: Transaction, context: Context, watch: Watch) -> Key | None:
    """None ends the watch, unless AWS's answers just don't say which key it is."""
    try:
        key = read(tx, context.catalog, watch.id)
    except Refused as refusal:  # gone, or no longer in the catalog
        if refusal.facts.get("why") is not Protection.NAMELESS:
            _end(tx, watch, context.clock.now())
        return None
    if not key.works:
        _end(tx, watch, context.clock.now())
        return None
    return key


def _end(tx: Transaction, watch: Watch, now: datetime) -> None:
    """Counted in the account's report."""
    if tx.replacements.set(watch, ended_at=now):
        tx.record(Tag.REPLACEMENT_ENDED, watch.id, by=LATCHKEY, at=now, facts={"means": watch.means.value})
        tx.outbox.refresh(Notice.REPLACEMENT, watch.subject)


def _read(context: AwsContext, key: Key) -> tuple[LastUsed | None, Usage | None]:
    """What IAM and CloudTrail say; None for what couldn't be read."""
    try:
        used = context.iam.last_used(key.account, key.access_key_id)
    except AwsError:
        used = None
    region = used.region if used else None
    return used, usages.read_key(context, key.account, key.access_key_id, region)


def places(context: Context, key: Key) -> tuple[str, ...]:
    if key.of is not None:
        return recipients.of_adopted_key(context.people, context.catalog, key.of)
    return (key.owner,) if key.owner else ()


def _settle(
    tx: Transaction, watch: Watch, judged: Judged, usage: Usage | None, to: tuple[str, ...], context: Context
) -> None:
    now = context.clock.now()
    fresh = tx.replacements.get(watch.id)
    if fresh is None or fresh.began_at != watch.began_at or fresh.ended_at is not None:
        return
    if _still_works(tx, context, fresh) is None:  # it was switched off meanwhile
        return
    match judged.verdict:
        case Verdict.UNKNOWN:
            tx.replacements.set(watch, unread=judged.unread, quiet_since=now, offered_at=None)
            _notify(tx, fresh, to, again=True)
        case Verdict.WAITING:
            tx.replacements.set(watch, unread=None, quiet_since=min(fresh.quiet_since, now))  # a wrong clock's is ahead
        case Verdict.USED:
            by = ", ".join(each.name for each in usage.tools)[:USED_BY_MOST] if usage and usage.known else None
            since_told = now - fresh.told_at if fresh.told_at is not None else TOLD_AT_MOST_EVERY
            told = timedelta(0) <= since_told < TOLD_AT_MOST_EVERY and fresh.offered_at is None
            tx.replacements.set(
                watch, unread=None, used_at=judged.at, used_by=by, quiet_since=judged.at, offered_at=None,
                **({} if told else {"told_at": now}),
            )  # fmt: skip
            tx.record(Tag.REPLACEMENT_USED, watch.id, by=LATCHKEY, at=now, facts={"by": by} if by else None)
            _notify(tx, fresh, to, again=told)
        case Verdict.QUIET if fresh.offered_at is None:
            tx.replacements.set(watch, unread=None, offered_at=now, told_at=now)
            tx.record(Tag.REPLACEMENT_QUIET, watch.id, by=LATCHKEY, at=now)
            _notify(tx, fresh, to, again=False)


def _notify(tx: Transaction, before: Watch, to: tuple[str, ...], *, again: bool) -> None:
    """In a message of its own, unless it says the same `again`; the earlier one is drawn anew."""
    tx.outbox.refresh(Notice.REPLACEMENT, before.subject)
    after = tx.replacements.get(before.id)
    if after is not None and not again:
        tx.outbox.enqueue(Notice.REPLACEMENT, after.subject, *to)
