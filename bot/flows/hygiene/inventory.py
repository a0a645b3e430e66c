"""Inventory: an account's users and keys, from one report, a few pages of users, and the ids of keys with findings.

The report is checked as a whole before anything is written: a failed reading changes nothing and doesn't affect other
accounts. The rest is written in batches, so that no transaction takes long.
"""

from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from zlib import crc32

from bot.domain import retry
from bot.domain.catalog import Account
from bot.domain.errors import AwsError, LatchkeyError
from bot.domain.events import Notice
from bot.domain.hygiene.credential_report import BadReport
from bot.domain.ids import AccountName
from bot.domain.subjects import Daily
from bot.flows import refresh
from bot.flows.adopted import adopted_key
from bot.flows.context import AwsContext
from bot.flows.hygiene import services_unread
from bot.flows.hygiene.record import CLAIM, Claim, ClaimLost, settle_gone
from bot.flows.hygiene.scan import Outcome, Tell, read
from bot.ports import Reading, Transaction

EVERY = timedelta(hours=6)
MAKING_MOST = timedelta(hours=1)  # AWS needs seconds, for thousands of users minutes
AT_ONCE = timedelta(seconds=30)  # how long one sweep goes on with the next account
TOLD_EVERY = timedelta(days=1)  # the same problem
IN_PROGRESS = "ReportInProgress"
FAILED = "Latchkey itself failed ({}); its log says where. What it had read before that is kept."


class Busy(LatchkeyError):
    def __init__(self, account: str) -> None:
        super().__init__(f"account {account} is being read right now; ask again in a few minutes")


def sweep(context: AwsContext) -> int:
    """Read the accounts that are due, the longest overdue first. Returns how many keys were seen."""
    accounts, began, keys = context.catalog.accounts, context.clock.now(), 0
    with context.work.begin() as tx:
        tx.inventory.schedule_first(accounts, began)
    while context.clock.now() - began < AT_ONCE:
        with context.work.begin() as tx:
            name = tx.inventory.due(accounts, context.clock.now())
        if name is None:
            break
        with suppress(Busy):
            keys += len(read_account(context, accounts[name]).keys)
    return keys


def read_account(
    context: AwsContext, account: Account, *, dry: bool = False, tell: Tell = lambda _what, _done, _all: None
) -> Outcome:
    """Read one account now. `dry` writes nothing. Raises Busy if it is being read already."""
    claim = None if dry else _claim(context, account.name)
    try:
        return _read(context, account, claim, tell)
    except ClaimLost:
        raise Busy(account.name) from None


def _claim(context: AwsContext, account: AccountName) -> Claim:
    now = context.clock.now()
    claim = Claim(account, now + CLAIM)
    with context.work.begin() as tx:
        tx.inventory.schedule_first([account], now)
        if not tx.inventory.claim(account, now, claim.until):
            raise Busy(account)
    return claim


def _read(context: AwsContext, account: Account, claim: Claim | None, tell: Tell) -> Outcome:
    now = context.clock.now()
    try:
        outcome = read(context, account, claim=claim, tell=tell)
    except (AwsError, BadReport) as wrong:
        making = isinstance(wrong, AwsError) and wrong.code == IN_PROGRESS
        outcome = Outcome(account, now, problem=_sentence(wrong, making=making), making=making)
    except ClaimLost:
        raise
    except Exception as error:  # report it and release the account, then raise for the log
        if claim is not None:
            _close(context, Outcome(account, now, problem=FAILED.format(type(error).__name__)), claim)
        raise
    if claim is not None:
        _close(context, outcome, claim)
    return outcome


def _close(context: AwsContext, outcome: Outcome, claim: Claim) -> None:
    """Raises ClaimLost."""
    with claim.writing(context) as tx:
        _write_down(tx, context, outcome)


def _write_down(tx: Transaction, context: AwsContext, outcome: Outcome) -> None:
    """Record the outcome. What wasn't seen counts as gone. Admins are notified of what couldn't be read or matched."""
    now, name = context.clock.now(), outcome.account.name
    before = tx.inventory.reading(name) or Reading(name, now)
    after = _after(before, outcome, now)
    tx.inventory.store_reading(after)
    if outcome.problem is None:
        _settle_unseen(tx, name, outcome.seen_at)
        services_unread.note(tx, name, outcome.services_unread)
        refresh.ownerless_list(tx, name)
    wrong = after.problem or outcome.unclear
    if wrong and tx.once(f"unread/{name}", now, now - TOLD_EVERY):
        tx.outbox.enqueue(Notice.UNREAD, str(Daily(name, now.date())), *context.catalog.admins)
    else:  # update recent messages
        for day in (now, now - TOLD_EVERY):
            tx.outbox.refresh(Notice.UNREAD, str(Daily(name, day.date())))


def _settle_unseen(tx: Transaction, account: AccountName, seen_at: datetime) -> None:
    """Lock users, adopted keys and findings in this order, as button presses and the worker's other flows do."""
    gone = tx.inventory.mark_gone(account, seen_at)
    lost = adopted_key.hold_lost(tx, account)
    about = tx.findings.open_on(account, [*gone, *(each.user for each in lost)])
    tx.findings.lock(each.id for each in about)
    for row in lost:
        adopted_key.gone(tx, row, seen_at)
    settle_gone(tx, account, gone, seen_at)


def _after(before: Reading, outcome: Outcome, now: datetime) -> Reading:
    name, keys = before.account, len(outcome.keys)
    if outcome.problem is None:
        due_at = retry.next_attempt(now, retry.READ_ACCOUNT) if outcome.unanswered else turn_after(name, now)
        read = Reading(name, due_at, None, None, now, outcome.report_at, outcome.users, keys)
        return replace(read, first_read_at=before.first_read_at or now)
    asked = before.asked_at or now
    if outcome.making and now - asked < MAKING_MOST:
        return replace(before, due_at=retry.next_attempt(now, retry.READ_REPORT), claimed_until=None, asked_at=asked)
    return replace(
        before,
        due_at=retry.next_attempt(now, retry.READ_ACCOUNT),
        claimed_until=None,
        asked_at=None,
        problem=outcome.problem,
    )


def _sentence(wrong: LatchkeyError, *, making: bool) -> str:
    if making:
        return "AWS is still making its credential report, and nothing was changed; ask again in a minute."
    if isinstance(wrong, AwsError):
        said = f"{wrong.call} was refused or did not answer ({wrong.code or 'no answer'})"
        return f"{said}, and nothing was changed; `latchkey doctor` names what is missing."
    return f"AWS's credential report {wrong}. Nothing was changed."


def turn_after(account: AccountName, now: datetime) -> datetime:
    """Every account has its own minute within each six hours. Two readings are at least half of that apart."""
    size = int(EVERY.total_seconds())
    earliest = now + EVERY / 2
    wait = (crc32(account.encode()) - int(earliest.timestamp())) % size
    return earliest.replace(microsecond=0) + timedelta(seconds=wait)
