"""An incident for each key that leaked, as AWS says by its quarantine policy: once for each time that it is attached.

The finding about the policy is the memory: it stands as long as inventory sees the policy. A key that is newer than the
finding is the one that replaces the leaked key.
"""

from collections.abc import Iterator
from datetime import datetime, timedelta

from bot.domain import batch_size
from bot.domain.events import LATCHKEY
from bot.domain.finding import FindingKind
from bot.domain.ids import AccessKeyId, AccountName
from bot.domain.incident import Incident, Source
from bot.domain.inventory import quarantined_keys
from bot.domain.leaked_text import Found
from bot.flows.context import Context
from bot.flows.leaks.report import report
from bot.ports import Transaction

OURS = timedelta(days=1)
"""Containment can attach the policy too, to cut off the whole user. Inventory sees it within hours."""


def look(context: Context) -> int:
    """Returns how many incidents were opened. Can be called at any time, and by two workers at once."""
    with context.work.begin() as tx:
        keys = tuple(key for account in context.catalog.accounts for key in _new(tx, account))
    if not keys:
        return 0
    return len(report(context, found=Found(keys), by=LATCHKEY, source=Source.QUARANTINE, delivery=None).opened)


def _new(tx: Transaction, account: AccountName) -> Iterator[AccessKeyId]:
    """Keys without an incident that is open, or that was closed since the policy was seen."""
    for finding in tx.findings.of_kind(account, FindingKind.QUARANTINED, batch_size.LEDGER_ROWS):
        keys = tx.inventory.keys(account, [finding.iam_user])
        last = {key: tx.incidents.last_of(key) for key in (each.access_key_id for each in keys) if key}
        if not any(each.contain_at and _still(each, finding.opened_at - OURS) for each in last.values() if each):
            for key in quarantined_keys(keys, finding.opened_at):
                if (before := last[key]) is None or not _still(before, finding.opened_at):
                    yield key


def _still(incident: Incident, at: datetime) -> bool:
    """Not closed before then."""
    return incident.closed_at is None or incident.closed_at >= at
