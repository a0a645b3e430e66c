"""Ownerless keys: one list for each account of the keys without a known owner, posted anew once a week at most.

Between two postings it is updated in place as keys are claimed, appear or disappear. Below it are the tags that name
nobody, on keys whose owner is known otherwise.
"""

from datetime import datetime, timedelta

from bot.domain.catalog import Account
from bot.domain.events import Notice
from bot.domain.hygiene.finding import FindingKind
from bot.domain.ids import AccountName
from bot.domain.schedule import CLOCKS_DIFFER
from bot.domain.subjects import Daily
from bot.flows import recipients, refresh
from bot.flows.context import Context
from bot.ports import Transaction

ANEW = timedelta(days=7)


def post(context: Context) -> int:
    """How many lists were posted anew."""
    return sum(_post(context, each, context.clock.now()) for each in context.catalog.accounts.values())


def _post(context: Context, account: Account, now: datetime) -> bool:
    with context.work.begin() as tx:
        wanted = _is_due(tx, account.name, now)
    if not wanted:
        return False
    places = recipients.of_ownerless_list(context.people, context.catalog, account)
    with context.work.begin() as tx:
        if not tx.once(f"ownerless/{account.name}", now, now) or not _is_due(tx, account.name, now):
            return False
        before = refresh.ownerless_list_posted(tx, account.name)
        tx.set_flag(refresh.ownerless_flag(account.name), now.isoformat())
        if before:
            tx.outbox.refresh(Notice.OWNERLESS, str(before))
        tx.outbox.enqueue(Notice.OWNERLESS, str(Daily(account.name, now.date())), *places)
    return True


def _is_due(tx: Transaction, account: AccountName, now: datetime) -> bool:
    at = tx.flag(refresh.ownerless_flag(account))
    late = at is None or not now - ANEW < datetime.fromisoformat(at) <= now + CLOCKS_DIFFER
    listed = tx.findings.of_kind(account, FindingKind.OWNERLESS, 1) or tx.inventory.with_unmatched_tags(account, 1)
    return late and bool(listed)
