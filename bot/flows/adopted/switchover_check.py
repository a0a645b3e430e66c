"""Proof of switch-over for a found key: AWS is asked for the last use of both; the message says what is news."""

from datetime import datetime, timedelta

from bot.domain.adopted import Adopted
from bot.domain.credential import Credential
from bot.domain.errors import AwsError
from bot.domain.finding import LastUsed
from bot.domain.ids import AccessKeyId
from bot.domain.lifecycle import AdoptedState
from bot.domain.switchover import ask_after, read_lately, verdict
from bot.flows.adopted import request
from bot.flows.adopted.job import Case, cases, note_use
from bot.flows.adopted.replace import successor
from bot.flows.context import AwsContext
from bot.flows.last_used import note_use as note_own_use
from bot.ports import Transaction

MOST = 30  # pairs per run, two calls each
CLAIM = timedelta(minutes=3)


def prove(context: AwsContext) -> int:
    """How many had news."""
    now = context.clock.now()
    with context.work.begin() as tx:
        due = tx.adopted.to_look_at(now, MOST)
        for each in due:
            tx.adopted.set(each.id, look_at=now + CLAIM)
    return sum(_prove(each) for each in cases(context, due))


def _prove(case: Case) -> bool:
    context, row = case.context, case.row
    with context.work.begin() as tx:
        pair = successor(tx, row, context.clock.now())
        if pair is None:
            tx.adopted.set(row.id, look_at=None)
            return False
    old = _use(case, row.access_key_id) if row.state is not AdoptedState.OFF else None
    new = _use(case, pair[0].access_key_id)
    now = context.clock.now()
    with context.work.begin() as tx:
        fresh = tx.adopted.lock(row.id)
        if fresh is None:
            return False
        if old is not None:
            note_use(tx, fresh, old, now)
        elif fresh.state is not AdoptedState.OFF:
            tx.adopted.set(row.id, used_read_at=None)
        if new is not None:
            note_own_use(tx, pair[0].id, new, now)
        return _tell(tx, case, now)


def _use(case: Case, key: AccessKeyId | None) -> LastUsed | None:
    try:
        return case.context.iam.last_used(case.found.account, key) if key else None
    except AwsError:
        return None


def _tell(tx: Transaction, case: Case, now: datetime) -> bool:
    row, pair = tx.adopted.get(case.row.id), successor(tx, case.row, now)
    if row is None or pair is None:
        return False
    said = mark(row, pair[0], now)
    done = row.state is AdoptedState.OFF and pair[0].first_used_at is not None
    tx.adopted.set(
        row.id, proof=said, look_at=None if done else now + ask_after(case.found.key.created_at, pair[0], now)
    )
    if said == row.proof:
        return False
    request.show(tx, row)
    return True


def mark(row: Adopted, new: Credential, now: datetime) -> str:
    """The same as long as the message would say the same."""
    moments = (f"{int(each.timestamp())}" if each else "" for each in (row.used_at, new.first_used_at))
    judged = verdict(row, new, now) if row.state is not AdoptedState.OFF else row.state
    return "|".join((judged, *moments, "" if read_lately(new, now) else "unread", new.id))
