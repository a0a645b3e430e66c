"""Proof of switch-over: while two keys stand, AWS is asked for the last use of both; the message says what is news."""

from datetime import timedelta

from bot.domain.credential import Credential
from bot.domain.errors import AwsError
from bot.domain.events import Notice
from bot.domain.finding import LastUsed
from bot.domain.lifecycle import CredentialState as C
from bot.domain.lifecycle import GrantState
from bot.domain.switchover import Proof, ask_after, successor
from bot.flows.context import AwsContext
from bot.flows.issuing import intent
from bot.flows.issuing.removal import Key, keys
from bot.flows.last_used import note_use
from bot.ports import Transaction

MOST = 30  # rotations per run, two calls each: IAM throttles the whole account, not us alone
CLAIM = timedelta(minutes=3)  # what comes to nothing is tried again then, and holds nobody up


def look(context: AwsContext) -> int:
    """How many rotations had news."""
    now = context.clock.now()
    with context.work.begin() as tx:
        due = tx.credentials.to_look_at(now, MOST)
        for each in due:
            tx.credentials.set(each.id, look_at=now + CLAIM)
    return sum(_look(each) for each in keys(context, due))


def _look(key: Key) -> bool:
    with key.context.work.begin() as tx:
        new = successor(key.row, tx.credentials.of(key.grant.id))
    if new is None or key.grant.state_at(key.context.clock.now()) is not GrantState.ACTIVE:
        with key.context.work.begin() as tx:
            tx.credentials.set(key.row.id, look_at=None)
        return False
    answers = [(each, _ask(key, each)) for each in (key.row, new) if _worth_asking(each)]
    with key.context.work.begin() as tx:
        pair = intent.held(tx, key.row.id)
        for each, used in answers:
            _note(tx, key, each, used)
        return pair is not None and _tell(tx, key, pair[0].id)


def _worth_asking(key: Credential) -> bool:
    """A key that is off is used by nobody, and AWS does not count those who try."""
    return key.state in {C.REVEALED, C.LIVE}


def _ask(key: Key, which: Credential) -> LastUsed | None:
    try:
        return key.context.iam.last_used(key.account, which.access_key_id) if which.access_key_id else None
    except AwsError:
        return None


def _note(tx: Transaction, key: Key, which: Credential, used: LastUsed | None) -> None:
    if used is None:
        tx.credentials.set(which.id, used_read_at=None)
    else:
        note_use(tx, which.id, used, key.context.clock.now())


def _tell(tx: Transaction, key: Key, old: str) -> bool:
    """The one message is brought up to date where it would say something else; and when to look again."""
    now = key.context.clock.now()
    rows = tx.credentials.of(key.grant.id)
    row = next(each for each in rows if each.id == old)
    new = successor(row, rows)
    mark = Proof(row, new, now).mark
    done = row.state is not C.LIVE and (row.state is not C.RETIRING or new is None or new.first_used_at is not None)
    tx.credentials.set(row.id, look_at=None if done else now + ask_after(row.made_at, new, now), proof=mark)
    if mark == row.proof:
        return False
    tx.outbox.refresh(Notice.ROTATED, row.id)
    return True
