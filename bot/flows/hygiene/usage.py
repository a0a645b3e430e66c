"""Read where keys are used: the keys with a finding, both keys of a rotation, and those that somebody asks about.

CloudTrail is slow and shared, so this runs in a thread of its own and nothing waits for it. What couldn't be read is
unknown, and unknown never leads to an action.
"""

from dataclasses import replace
from datetime import datetime

from bot.domain.catalog import Account
from bot.domain.errors import AwsError
from bot.domain.events import Notice
from bot.domain.ids import AccessKeyId
from bot.domain.usage.key_usage import (
    CLAIM,
    PAGES_MOST,
    TRANSIENT,
    WINDOW,
    Ask,
    Event,
    TrailUnread,
    Unread,
    Usage,
    digest,
    home_region,
    unread,
)
from bot.flows import refresh
from bot.flows.context import AwsContext
from bot.flows.keys import trail

ASKS_AT_ONCE = 10  # looked at before the next key that is due


def read_key(context: AwsContext, account: Account, key: AccessKeyId, region: str | None) -> Usage:
    """The key's usage: from the ledger if it's fresh, else at most PAGES_MOST calls.

    `region` is that of its last use. While another worker reads the key, and if CloudTrail can't be read at this
    moment, an earlier digest is returned at any age.
    """
    found = _claim_and_read(context, account, key, region)
    if found is not None:
        return found
    with context.work.begin() as tx:
        known = tx.usages.of(account.name, [key]).get(key)
    return known or unread(account.name, key, Unread.FAILED, context.clock.now())


def read_next(context: AwsContext) -> bool:
    """One key, asked-for ones first. True if there was one. An account that can't be read holds up no other."""
    with context.work.begin() as tx:
        asked = tx.usages.open_asks(ASKS_AT_ONCE, last=tx.usages.failing(context.clock.now()))
    if any(_answer(context, each) for each in asked):
        return True
    accounts = {name: each for name, each in context.catalog.accounts.items() if each.usage}
    with context.work.begin() as tx:
        due = tx.usages.due(accounts, context.clock.now(), 1) if accounts else ()
    for each in due:
        account, key = accounts[each.account], each.access_key_id
        _claim_and_read(context, account, key, trail.region_of(context, account, key))
    return bool(due)


def _claim_and_read(context: AwsContext, account: Account, key: AccessKeyId, region: str | None) -> Usage | None:
    """None while another worker reads it, and shortly after that failed."""
    now = context.clock.now()
    if not account.usage:
        return unread(account.name, key, Unread.TURNED_OFF, now)
    with context.work.begin() as tx:
        known = tx.usages.of(account.name, [key]).get(key)
        if known is not None and known.is_fresh(now):
            return known
        if not tx.usages.claim(account.name, key, now):
            return known if known is not None and known.unread and now - known.read_at < CLAIM else None
    try:
        found = _read(context, account, key, region, now)
    except TrailUnread as error:
        if error.why in TRANSIENT and known is not None and known.known:
            return known
        found = unread(account.name, key, error.why, now)
    with context.work.begin() as tx:
        tx.usages.store(found)
        if known is None or replace(found, read_at=known.read_at, since=known.since) != known:
            refresh.usage(tx, account.name, key, now)
    return found


def _answer(context: AwsContext, ask: Ask) -> bool:
    """False if it has to wait for another worker."""
    account, key = context.catalog.accounts.get(ask.account), ask.access_key_id
    usage = None
    if account is not None:
        region = trail.region_of(context, account, key) or _region_in_aws(context, account, key)
        usage = _claim_and_read(context, account, key, region)
        if usage is None:
            return False
    with context.work.begin() as tx:
        if usage is not None and usage.unread is Unread.TURNED_OFF:
            tx.usages.store(usage)  # the answer is drawn from the ledger
        if tx.usages.mark_answered(ask.id, context.clock.now()):
            tx.outbox.enqueue(Notice.USAGE, ask.id, ask.asked_by)
    return True


def _region_in_aws(context: AwsContext, account: Account, key: AccessKeyId) -> str | None:
    """The same from AWS: a person may ask for a key that the ledger doesn't have."""
    try:
        return context.iam.last_used(account, key).region if account.usage else None
    except AwsError:
        return None


def _read(context: AwsContext, account: Account, key: AccessKeyId, region: str | None, now: datetime) -> Usage:
    """One page in the region of its last use and one where IAM's and STS's events are; both pages if that's the same.

    Raises TrailUnread.
    """
    home, since = home_region(account), now - WINDOW
    regions = [region, home] if region and region != "N/A" and region != home else [home]
    events: list[Event] = []
    complete = True
    for each in regions:
        found, whole = trail.events(context, account, key, each, since, PAGES_MOST // len(regions))
        events += found
        complete = complete and whole
    return digest(account.name, key, events, read_at=now, since=since, complete=complete)
