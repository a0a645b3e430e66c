"""Show admins the progress in one message when more than twenty grants of an account end at once.

The numbers are counted from the grants. Flags keep when it began and ended, and what was shown last.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.events import Notice
from bot.domain.ids import AccountName
from bot.domain.subjects import Timed
from bot.flows.context import Context
from bot.ports import Ended, Transaction

CALM = 20  # grants that end at once without such a message


@dataclass(frozen=True, slots=True)
class Progress:
    """How many of the grants are deleted in AWS, how many are stuck there, and how many there are."""

    done: int
    stuck: int
    all: int
    over: bool


def watch(context: Context) -> int:
    """How many messages change. Runs every few seconds, within Slack's limits for updating a message."""
    with context.work.begin() as tx:
        waiting = {each.account: each for each in tx.grants.tearing_down()}
        return sum(_watch(tx, context, name, waiting.get(name)) for name in context.catalog.accounts)


def _watch(tx: Transaction, context: Context, account: AccountName, ending: Ended | None) -> bool:
    subject = tx.flag(f"storm/{account}")
    if subject is None:
        if ending is None or ending.many <= CALM:
            return False
        subject = str(Timed(account, ending.since))
        tx.set_flag(f"storm/{account}", subject)
        tx.set_flag(f"storm/{subject}", ending.since.isoformat())
        tx.outbox.enqueue(Notice.STORM, subject, *context.catalog.admins)
        return True
    if ending is None:
        since, *_ = _kept(tx, subject)
        now = context.clock.now()
        tx.set_flag(f"storm/{subject}", f"{since} {now.isoformat()}", over_at=now)
        tx.set_flag(f"storm/{account}", None)
    return _show(tx, subject, over=ending is None)


def _show(tx: Transaction, subject: str, *, over: bool) -> bool:
    """Only what is news."""
    seen = progress(tx, subject)
    if seen is None:
        return False
    news = f"{seen.done}/{seen.stuck}/{seen.all}"
    told = f"storm-told/{subject}"  # of this one alone: two at a time would else take each other's for news
    if tx.flag(told) == news and not over:
        return False
    tx.set_flag(told, None if over else news)
    tx.outbox.refresh(Notice.STORM, subject)
    return True


def _kept(tx: Transaction, subject: str) -> list[str]:
    """Since when, and until when it lasted."""
    return (tx.flag(f"storm/{subject}") or "").split()


def progress(tx: Transaction, subject: str) -> Progress | None:
    """None once it has been over for so long that nothing keeps when it was."""
    if not (kept := _kept(tx, subject)):
        return None
    since, *until = (datetime.fromisoformat(each) for each in kept)
    account = AccountName(Timed.parse(subject).id)
    done, stuck, all_ = tx.grants.count_ended(account, since, until[0] if until else None)
    return Progress(done, stuck, all_, bool(until))
