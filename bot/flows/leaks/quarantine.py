"""An incident for each key that leaked, as AWS says by its quarantine policy: once for each time that it is attached.

The finding about the policy is the memory: it stands as long as inventory sees the policy. A key that is newer than the
finding is the one that replaces the leaked key.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TypeVar

from bot.domain import batch_size
from bot.domain.events import LATCHKEY
from bot.domain.hygiene.finding import Finding, FindingKind
from bot.domain.hygiene.inventory import FoundKey, quarantined_keys
from bot.domain.ids import AccessKeyId, AccountName
from bot.domain.leaks.incident import Incident, Source
from bot.domain.leaks.keys_in_text import Found
from bot.flows.context import Context
from bot.flows.leaks.report import report
from bot.ports import Transaction

T = TypeVar("T")
USERS_MOST = 5_000  # in an account (IAM's quota)
REPORTED_TOGETHER = 20  # in one transaction
OURS = timedelta(days=1)
"""Containment can attach the policy too, to cut off the whole user. Inventory sees it within hours."""


def open_incidents(context: Context) -> int:
    """Returns how many incidents were opened. Can be called at any time, and by two workers at once."""
    with context.work.begin() as tx:
        keys = tuple(key for account in context.catalog.accounts for key in _new(tx, account))
    return sum(_report(context, each) for each in _parts(keys, REPORTED_TOGETHER))


def _report(context: Context, keys: Sequence[AccessKeyId]) -> int:
    return len(report(context, found=Found(tuple(keys)), by=LATCHKEY, source=Source.QUARANTINE, delivery=None).opened)


def _new(tx: Transaction, account: AccountName) -> Iterator[AccessKeyId]:
    """Keys without an incident that is open, or that was closed since the policy was seen.

    All findings are read, because AWS can quarantine a whole account, and a finding stands as long as the policy.
    """
    for findings in _parts(tx.findings.of_kind(account, FindingKind.QUARANTINED, USERS_MOST), batch_size.LEDGER_ROWS):
        keys: dict[str, list[FoundKey]] = {each.iam_user: [] for each in findings}
        for key in tx.inventory.keys(account, list(keys)):
            keys[key.user].append(key)
        last = tx.incidents.newest([key.access_key_id for mine in keys.values() for key in mine if key.access_key_id])
        for each in findings:
            yield from _of_user(each, keys[each.iam_user], last)


def _of_user(finding: Finding, keys: Sequence[FoundKey], last: Mapping[AccessKeyId, Incident]) -> Iterator[AccessKeyId]:
    known = [last[key] for each in keys if (key := each.access_key_id) and key in last]
    if not any(each.contain_at and _still(each, finding.opened_at - OURS) for each in known):
        for key in quarantined_keys(keys, finding.opened_at):
            if (before := last.get(key)) is None or not _still(before, finding.opened_at):
                yield key


def _parts(rows: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    return (rows[at : at + size] for at in range(0, len(rows), size))


def _still(incident: Incident, at: datetime) -> bool:
    """Not closed before then."""
    return incident.closed_at is None or incident.closed_at >= at
