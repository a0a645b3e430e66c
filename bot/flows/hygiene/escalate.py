"""Escalate open findings from their owner to the approvers, then the account's channel, then the admins.

Each group of people gets one message a day, updated in place. The approvers' also lists what owners have kept.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from hashlib import sha256

from bot.domain import batch_size
from bot.domain.events import Notice
from bot.domain.grant import Grant
from bot.domain.hygiene import escalation
from bot.domain.hygiene.finding import Finding, Step
from bot.domain.ids import AccountName
from bot.domain.subjects import Daily
from bot.flows import findings, recipients
from bot.flows.context import Context
from bot.flows.hygiene import dry_run
from bot.ports import Transaction

STEPS = (Step.APPROVERS, Step.CHANNEL, Step.ADMINS)
LINES_MOST = 100  # findings in one message: it has room for that many, the rest comes the next day


@dataclass(frozen=True, slots=True)
class Batch:
    """The findings in one message to one group of people."""

    due: list[Finding] = field(default_factory=list)
    keeps: list[Finding] = field(default_factory=list)


def escalate(context: Context) -> int:
    """How many messages were sent. A channel has no time zone, so its working hours are in UTC."""
    dry_run.watch(context)
    now = context.clock.now()
    if not escalation.open_at(now, UTC, context.catalog.hygiene.workdays):
        return 0
    with context.work.begin() as tx:
        due = [
            (each, grant_of(tx, each))
            for each in tx.findings.due(STEPS, context.catalog.accounts, now, batch_size.FINDINGS)
        ]
        keeps = [
            (each, grant_of(tx, each))
            for each in tx.findings.keeps_unreported(context.catalog.accounts, batch_size.FINDINGS)
        ]
    batches = defaultdict[tuple[str, ...], Batch](Batch)
    for finding, grant in due:
        batches[recipients.of_escalation(context.people, context.catalog, finding, grant)].due.append(finding)
    for finding, grant in keeps:
        account = context.catalog.accounts[AccountName(finding.account)]
        batches[recipients.of_finding(context.people, context.catalog, account, grant)].keeps.append(finding)
    return sum(_notify(context, places, batch, now) for places, batch in batches.items())


def grant_of(tx: Transaction, finding: Finding) -> Grant | None:
    """Of Latchkey's own key."""
    credential = tx.credentials.get(finding.credential) if finding.credential else None
    return tx.grants.get(credential.grant) if credential else None


def _notify(context: Context, places: tuple[str, ...], batch: Batch, now: datetime) -> bool:
    if not places:
        return False
    name = sha256(" ".join(places).encode()).hexdigest()[:32]
    subject = str(Daily(name, now.date()))
    with context.work.begin() as tx:
        if not tx.once(f"escalated/{name}", now, now - escalation.NIGHT):
            later = escalation.opens(now, UTC, context.catalog.hygiene.workdays)
            tx.findings.postpone([each.id for each in batch.due], later)
            return False
        keeps = batch.keeps[: max(LINES_MOST - len(batch.due), 0)]
        tx.findings.lock(each.id for each in (*batch.due, *keeps))
        told = [findings.escalate(tx, each, Notice.ESCALATED, subject, now) for each in batch.due[:LINES_MOST]]
        told += [tx.findings.mark_keep_reported(each, Notice.ESCALATED, subject, now) for each in keeps]
        tx.outbox.enqueue(Notice.ESCALATED, subject, *(places if any(told) else ()))
    return any(told)
