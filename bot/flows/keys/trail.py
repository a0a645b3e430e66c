"""CloudTrail's pages, under the rate limit that all processes share, and with backoff while CloudTrail throttles."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import partial

from bot.domain import retry
from bot.domain.catalog import Account
from bot.domain.ids import AccessKeyId
from bot.domain.usage.key_usage import Event, TrailUnread, Unread
from bot.flows.context import AwsContext
from bot.ports.usage import Page

PATIENCE = timedelta(seconds=7)  # with a throttled CloudTrail, for each page


def events(
    context: AwsContext, account: Account, key: AccessKeyId, region: str, since: datetime, pages: int
) -> tuple[list[Event], bool]:
    """The newest ones of this key, and whether these are all. Raises TrailUnread."""
    return _pages(
        context, account, region, pages, lambda token: context.trail.events(account, key, region, since, token)
    )


def named(
    context: AwsContext, account: Account, call: str, region: str, since: datetime, pages: int
) -> tuple[list[Event], bool]:
    """The same of the calls of this name, by any key. Raises TrailUnread."""
    return _pages(
        context, account, region, pages, lambda token: context.trail.named(account, call, region, since, token)
    )


def _pages(
    context: AwsContext, account: Account, region: str, pages: int, read: Callable[[str | None], Page]
) -> tuple[list[Event], bool]:
    found: list[Event] = []
    token: str | None = None
    for _ in range(pages):
        page = _page(context, account, region, partial(read, token))
        found += page.events
        token = page.next
        if token is None:
            break
    return found, token is None


def _page(context: AwsContext, account: Account, region: str, read: Callable[[], Page]) -> Page:
    for pause in (timedelta(0), *retry.waits(retry.LOOK_UP_EVENTS, PATIENCE)):
        with context.work.begin() as tx:
            slot = tx.usages.reserve(account.id, region)
        context.trail.wait(max(pause, slot))
        with context.work.begin() as tx:
            tx.usages.called(account.id, region)
        try:
            return read()
        except TrailUnread as error:
            if error.why is not Unread.THROTTLED:
                raise
    raise TrailUnread(Unread.THROTTLED)


def region_of(context: AwsContext, account: Account, key: AccessKeyId) -> str | None:
    """The region of its last use, from the ledger. None: unknown, or never used."""
    with context.work.begin() as tx:
        return tx.usages.region_of(account.name, key)
