"""CloudTrail's pages, under the rate limit that all processes share, and with backoff while CloudTrail throttles."""

from datetime import datetime, timedelta

from bot.domain import retry
from bot.domain.catalog import Account
from bot.domain.ids import AccessKeyId
from bot.domain.usage import Event, TrailUnread, Unread
from bot.flows.context import AwsContext
from bot.ports.usage import Page

PATIENCE = timedelta(seconds=7)  # with a throttled CloudTrail, for each page


def events(
    context: AwsContext, account: Account, key: AccessKeyId, region: str, since: datetime, pages: int
) -> tuple[list[Event], bool]:
    """The newest ones, and whether these are all. Raises TrailUnread."""
    found: list[Event] = []
    token: str | None = None
    for _ in range(pages):
        page = _page(context, account, key, region, since, token)
        found += page.events
        token = page.next
        if token is None:
            break
    return found, token is None


def _page(
    context: AwsContext, account: Account, key: AccessKeyId, region: str, since: datetime, token: str | None
) -> Page:
    for pause in (timedelta(0), *retry.waits(retry.LOOK_UP_EVENTS, PATIENCE)):
        with context.work.begin() as tx:
            slot = tx.usages.reserve(account.id, region)
        context.trail.wait(max(pause, slot))
        with context.work.begin() as tx:
            tx.usages.called(account.id, region)
        try:
            return context.trail.events(account, key, region, since, token)
        except TrailUnread as error:
            if error.why is not Unread.THROTTLED:
                raise
    raise TrailUnread(Unread.THROTTLED)


def region_of(context: AwsContext, account: Account, key: AccessKeyId) -> str | None:
    """The region of its last use, from the ledger. None: unknown, or never used."""
    with context.work.begin() as tx:
        return tx.usages.region_of(account.name, key)
