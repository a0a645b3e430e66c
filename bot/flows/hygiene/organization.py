"""Ask AWS once a day which accounts the organization has: keys outside the catalog's accounts are unknown, not none."""

from datetime import timedelta

from bot.domain.catalog import Catalog
from bot.domain.errors import Unreadable
from bot.domain.hygiene.organization import Outside
from bot.flows.context import AwsContext
from bot.ports import Transaction

EVERY = timedelta(days=1)


def read_accounts(context: AwsContext) -> int:
    """Returns how many active accounts were listed. Where AWS refuses, an earlier list is kept for a week."""
    now = context.clock.now()
    with context.work.begin() as tx:
        if not tx.once("organization", now, now - EVERY):
            return 0
    try:
        found = context.reader.organization()
    except Unreadable:  # a worker without the right, or in a member account: `latchkey accounts` says so
        return 0
    members = [each for each in found.members if each.active] if found else []
    with context.work.begin() as tx:
        tx.members.replace_all(members, now)
    return len(members)


def outside(tx: Transaction, catalog: Catalog) -> Outside | None:
    """Active accounts of the organization that the catalog doesn't have."""
    return tx.members.outside([each.id for each in catalog.accounts.values()])
