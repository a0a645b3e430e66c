"""The report of an account: weekly to the account's channel, and at once to an admin or approver who asks for it."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

from bot.domain.catalog import Catalog
from bot.domain.errors import Reason, Refused
from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.hygiene import account_report
from bot.domain.hygiene.account_report import Picture
from bot.domain.ids import AccountName, DeliveryId, SlackUserId
from bot.domain.subjects import AccountAt
from bot.flows import access
from bot.flows.context import Context
from bot.ports import People, Transaction, UnitOfWork

INCIDENTS_MOST = 10_000  # of one week
MORNING = time(8, tzinfo=UTC)  # of Monday


def weekly(context: Context) -> int:
    """Enqueue each account's report, once from Monday morning on; the first one as soon as its inventory was read.

    Returns how many were enqueued.
    """
    now = context.clock.now()
    return sum(
        _begin(context.work, account.name, account.channel, now) for account in context.catalog.accounts.values()
    )


def _begin(work: UnitOfWork, account: AccountName, channel: str | None, now: datetime) -> bool:
    if channel is None:
        return False
    with work.begin() as tx:
        reading = tx.inventory.reading(account)
        if reading is None or reading.read_at is None or not tx.once(f"report/{account}", now, _before(now)):
            return False
        _send(tx, account, channel, by=LATCHKEY, now=now)
    return True


def _send(tx: Transaction, account: AccountName, to: str, *, by: str, now: datetime) -> None:
    tx.record(Tag.REPORT_SENT, account, by=by, at=now, facts={"to": to})
    tx.outbox.enqueue(Notice.REPORT, str(AccountAt(account, now)), to)


def _before(now: datetime) -> datetime:
    """The moment before the most recent Monday at 8:00: a report sent by then doesn't count for this week."""
    morning = datetime.combine(now.date() - timedelta(days=now.weekday()), MORNING)
    return (morning if morning <= now else morning - account_report.WEEK) - timedelta.resolution


def ask(context: Context, *, named: str, by: SlackUserId, delivery: DeliveryId | None) -> tuple[AccountName, ...]:
    """Send the reports of these accounts to the person who asks: `named`, or all that concern them if that is empty.

    Raises Refused, AlreadyDone.
    """
    access.member(context.people, by)
    accounts = _accounts_of(context.people, context.catalog, by)
    if not accounts:
        raise Refused(Reason.NOT_CONCERNED)
    wanted = tuple(each for each in accounts if not named or each.casefold() == named.casefold())
    if not wanted:
        raise Refused(Reason.NO_ACCOUNT, named=named, accounts=accounts)
    now = context.clock.now()
    with context.work.begin(delivery) as tx:
        for account in wanted:
            _send(tx, account, by, by=by, now=now)
    return wanted


def _accounts_of(people: People, catalog: Catalog, by: SlackUserId) -> tuple[AccountName, ...]:
    """All accounts for an admin; for an approver those in which they decide."""
    if by in catalog.admins:
        return tuple(catalog.accounts)
    access.prefetch(people, catalog.approvers.values())
    theirs = {
        each.account for each in catalog.entitlements.values() if by in access.approvers_now(people, catalog, each)
    }
    return tuple(each for each in catalog.accounts if each in theirs)


def of(tx: Transaction, asked: AccountAt) -> Picture:
    """What the ledger says now, dated when the report was asked for."""
    name, until = asked.account, asked.at
    since = until - account_report.WEEK
    drawn = account_report.draw(
        name, tx.inventory.active_keys(name), tx.findings.open_or_closed_since(name, since), until
    )
    leaked = (each for each in tx.incidents.recent(since, INCIDENTS_MOST) if each.account == name)
    leaks = account_report.leaks(leaked, until)
    return replace(drawn, replaced=tx.replacements.count_ended(name, since, until), leaks=leaks)
