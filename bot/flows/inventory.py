"""Inventory: an account's users and keys by one report, a few pages of users, and the ids of what was found.

The report is judged as a whole before anything is written: a reading that fails changes nothing, and costs no other
account its own. Then it goes on in batches, so that no transaction is long.
"""

from datetime import datetime, timedelta
from zlib import crc32

from bot.domain.catalog import Account
from bot.domain.errors import AwsError, LatchkeyError
from bot.domain.events import Notice
from bot.domain.ids import AccountName
from bot.domain.report import BadReport
from bot.flows.found import settle_gone
from bot.flows.reading import Outcome, Stock, Tell, read
from bot.ports import Tx
from bot.ports_inventory import Reading

EVERY = timedelta(hours=6)
CLAIM = timedelta(minutes=30)  # how long one reader has for an account before another may begin
AGAIN = timedelta(minutes=30)  # after a reading that failed
TOLD_EVERY = timedelta(days=1)  # the same problem


class Busy(LatchkeyError):
    def __init__(self, account: str) -> None:
        super().__init__(f"account {account} is being read right now; ask again in a few minutes")


def sweep(stock: Stock) -> int:
    """The account that has waited longest, one a run: many are staggered by themselves. Returns its number of keys."""
    now = stock.clock.now()
    with stock.work.begin() as tx:
        tx.inventory.await_first(stock.catalog.accounts, now)
        name = tx.inventory.due(stock.catalog.accounts, now)
    if name is None:
        return 0
    try:
        return len(look(stock, stock.catalog.accounts[name]).keys)
    except Busy:
        return 0


def look(stock: Stock, account: Account, *, dry: bool = False, tell: Tell = lambda _what, _done, _all: None) -> Outcome:
    """Read one account now. `dry` writes nothing. Raises Busy when somebody else is reading it."""
    now = stock.clock.now()
    if not dry:
        with stock.work.begin() as tx:
            tx.inventory.await_first([account.name], now)
            if not tx.inventory.claim(account.name, now, now + CLAIM):
                raise Busy(account.name)
    try:
        outcome = read(stock, account, dry=dry, tell=tell)
    except (AwsError, BadReport) as wrong:
        outcome = Outcome(account, now, problem=_sentence(wrong))
    if not dry:
        with stock.work.begin() as tx:
            _close(tx, stock, outcome)
    return outcome


def _close(tx: Tx, stock: Stock, outcome: Outcome) -> None:
    """How it went; what was not seen is gone; and the admins hear of what could not be read or told apart."""
    now, name = stock.clock.now(), outcome.account.name
    before = tx.inventory.reading(name) or Reading(name, now)
    if outcome.problem is None:
        settle_gone(tx, name, outcome.seen_at)
        keys = len(outcome.keys)
        tx.inventory.read(Reading(name, turn_after(name, now), None, now, outcome.report_at, outcome.users, keys))
    else:
        kept = (before.read_at, before.report_at, before.users, before.keys)
        tx.inventory.read(Reading(name, now + AGAIN, None, *kept, outcome.problem))
    wrong = outcome.problem or len(outcome.unclear) or None
    subject = f"{name}/{now:%Y-%m-%d}"
    if wrong and tx.once(f"unread/{name}", now, now - TOLD_EVERY):
        tx.outbox.want(Notice.UNREAD, subject, *stock.catalog.admins)
    elif bool(before.problem) != bool(outcome.problem):
        tx.outbox.again(Notice.UNREAD, subject)


def _sentence(wrong: LatchkeyError) -> str:
    if isinstance(wrong, AwsError):
        said = f"{wrong.call} was refused or did not answer ({wrong.code or 'no answer'})"
        return f"{said}, and nothing was changed; `latchkey doctor` names what is missing."
    return f"AWS's credential report {wrong}. Nothing was changed."


def turn_after(account: AccountName, now: datetime) -> datetime:
    """Every account has its own minute in each six hours, and at least half of them between two readings."""
    size = int(EVERY.total_seconds())
    earliest = now + EVERY / 2
    wait = (crc32(account.encode()) - int(earliest.timestamp())) % size
    return earliest.replace(microsecond=0) + timedelta(seconds=wait)
