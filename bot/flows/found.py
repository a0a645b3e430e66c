"""What was found is written: users and keys as they are, findings opened and closed, and alarms sent at once."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.catalog import Account, Catalog
from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.findings import RULES, Teller
from bot.domain.hygiene import Finding
from bot.domain.ids import AccountName
from bot.flows.sighting import Judged
from bot.flows.use import note_use
from bot.ports import Tx, Work


def write(
    work: Work, catalog: Catalog, account: Account, batch: Sequence[Judged], now: datetime, report_at: datetime
) -> None:
    """One transaction for the batch."""
    sightings = [each.sighting for each in batch]
    keys = [key for each in sightings for key in each.keys]
    gone = [key.id for each in sightings for key in each.gone]
    with work.begin() as tx:
        tx.inventory.keep([each.user for each in sightings], keys, gone, now)
        for key in keys:
            if key.credential is not None and key.used is not None:
                note_use(tx, key.credential, key.used, report_at)
        for each in batch:
            for finding in each.opened:
                open_finding(tx, finding, now, _alarmed(catalog, account, finding))
            for finding in each.closed:
                close_finding(tx, finding, now)


def open_finding(tx: Tx, finding: Finding, now: datetime, places: Sequence[str] = ()) -> bool:
    """False when the same was found before. An alarm goes to these places."""
    if not tx.findings.open(finding):
        return False
    facts = {"kind": finding.kind, "key": finding.access_key_id, "user": finding.iam_user, "account": finding.account}
    tx.record(
        Tag.FINDING_OPENED,
        finding.id,
        by=LATCHKEY,
        at=now,
        facts={name: value for name, value in facts.items() if value},
    )
    if RULES[finding.kind].teller is Teller.ALARM:
        tx.outbox.want(Notice.ALARM, finding.id, *places)
    return True


def close_finding(tx: Tx, finding: Finding, now: datetime) -> bool:
    if not tx.findings.close(finding.id, now):
        return False
    tx.record(Tag.FINDING_CLOSED, finding.id, by=LATCHKEY, at=now)
    if RULES[finding.kind].teller is Teller.ALARM:
        tx.outbox.again(Notice.ALARM, finding.id)
    return True


def settle_gone(tx: Tx, account: AccountName, seen_at: datetime) -> None:
    """Users whom the whole reading of this moment did not see are deleted; nothing is left to say about them."""
    for finding in tx.findings.open_on(account, tx.inventory.gone_since(account, seen_at)):
        close_finding(tx, finding, seen_at)


def _alarmed(catalog: Catalog, account: Account, finding: Finding) -> tuple[str, ...]:
    """The account's channel, the admins, and the owner where there is one."""
    places = (*([account.channel] if account.channel else []), *catalog.admins)
    return (*places, *([finding.owner] if finding.owner else []))
