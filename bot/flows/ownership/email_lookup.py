"""Look up owners by email address, where the catalog allows that. A few addresses at a time."""

from datetime import timedelta

from bot.domain import batch_size
from bot.domain.errors import Refused
from bot.flows.context import Context

DAILY = timedelta(days=1)  # no address is asked for more often
MET_WITHIN = timedelta(days=2)  # an inventory has seen it


def match(context: Context) -> int:
    """How many addresses Slack answered about. The next reading of their accounts uses the answers."""
    if not any(each.match_email for each in context.catalog.accounts.values()):
        return 0
    now, done = context.clock.now(), 0
    with context.work.begin() as tx:
        due = tx.owners.lookups_due(now - MET_WITHIN, now - DAILY, batch_size.ADDRESSES)
    for address in due:
        try:
            found = context.people.find_by_email(address)
        except Refused as refused:
            if refused.facts.get("wait"):
                break
            with context.work.begin() as tx:  # an error about this address: the others are still asked about
                tx.owners.mark_lookup_failed(address, now)
            continue
        with context.work.begin() as tx:
            tx.owners.store_lookup(address, found.id if found and found.full_member else None, now)
        done += 1
    return done
