"""Act on rows that are due: lapse, expire, discard, ask, delete. Every sweep is idempotent.

Each row has its own transaction, which reads it again under its lock: no sweep delays a button press or acts on
outdated data.
"""

from collections.abc import Callable, Iterable
from datetime import datetime
from typing import TypeVar

from bot.domain import batch_size
from bot.domain.credential import Credential, Outcome
from bot.domain.events import LATCHKEY, Notice
from bot.domain.grant import Grant
from bot.domain.lifecycle import CredentialState, GrantState
from bot.domain.retention import PRUNED
from bot.domain.schedule import HELD_AFTER, RECEIPT_WITHIN
from bot.flows.context import Context
from bot.flows.issuing import intent
from bot.flows.lifecycle import receipt
from bot.flows.lifecycle.revoke import end
from bot.flows.requests import ask as request
from bot.ports import Transaction, UnitOfWork

T = TypeVar("T")


def one_by_one(work: UnitOfWork, rows: Iterable[T], act: Callable[[Transaction, T], int]) -> int:
    """How many of them were acted on."""
    done = 0
    for each in rows:
        with work.begin() as tx:
            done += act(tx, each)
    return done


def _with(
    work: UnitOfWork,
    rows: Iterable[Credential],
    wanted: CredentialState,
    act: Callable[[Transaction, Credential, Grant], bool],
) -> int:
    """The same for credentials that are, under the lock of their grant, still in the wanted state."""

    def held(tx: Transaction, seen: Credential) -> bool:
        pair = intent.held(tx, seen.id)
        return pair is not None and pair[0].state is wanted and act(tx, *pair)

    return one_by_one(work, rows, held)


def lapse_requests(context: Context) -> int:
    """Not decided in time: notify the requester."""
    now = context.clock.now()
    with context.work.begin() as tx:
        due = tx.requests.due(now, batch_size.LEDGER_ROWS)
    return one_by_one(context.work, due, lambda tx, each: request.lapse(tx, each, now))


def lapse_grants(context: Context) -> int:
    """Not collected in time, and no collect in progress."""
    now = context.clock.now()
    with context.work.begin() as tx:
        due = tx.grants.uncollected_past(now, batch_size.LEDGER_ROWS)

    def lapse(tx: Transaction, each: Grant) -> bool:
        fresh = tx.grants.lock(each.id)
        waiting = fresh is not None and fresh.state is GrantState.APPROVED
        if not waiting or intent.under_way(tx.credentials.of(each.id)) is not None:
            return False
        return _end_and_notify(tx, each, GrantState.LAPSED, now)

    return one_by_one(context.work, due, lapse)


def expire(context: Context) -> int:
    """The lease is over: no undo. The tear-down is due at once; IAM's own Deny has already ended it."""
    now = context.clock.now()
    with context.work.begin() as tx:
        due = tx.grants.ended_leases(now, batch_size.LEDGER_ROWS)

    def over(tx: Transaction, each: Grant) -> bool:
        fresh = tx.grants.lock(each.id)
        late = fresh is not None and fresh.state is GrantState.ACTIVE and fresh.state_at(now) is GrantState.EXPIRED
        return late and _end_and_notify(tx, each, GrantState.EXPIRED, now)

    return one_by_one(context.work, due, over)


def _end_and_notify(tx: Transaction, grant: Grant, after: GrantState, now: datetime) -> bool:
    if not end(tx, grant, after, by=LATCHKEY, now=now):
        return False
    tx.outbox.enqueue(Notice.GRANT_ENDED, grant.id, grant.owner)
    return True


def fail_unclaimed(context: Context) -> int:
    """No worker took the intent within 30 s: it is never minted."""
    now = context.clock.now()
    with context.work.begin() as tx:
        due = tx.credentials.unclaimed_past(now, batch_size.LEDGER_ROWS)

    def fail(tx: Transaction, each: Credential, _grant: Grant) -> bool:
        return each.claimed_at is None and intent.drop_and_notify(tx, each, CredentialState.FAILED, now, "unclaimed")

    return _with(context.work, due, CredentialState.ISSUING, fail)


def discard_sealed(context: Context) -> int:
    """Not revealed in ten minutes: the envelope goes now, the key in AWS with the next reconcile."""
    now = context.clock.now()
    with context.work.begin() as tx:
        due = tx.credentials.sealed_past(now, batch_size.LEDGER_ROWS)

    def discard(tx: Transaction, each: Credential, _grant: Grant) -> bool:
        return intent.drop_and_notify(tx, each, CredentialState.DISCARDED, now, "not-opened", outcome=Outcome.EXPIRED)

    return _with(context.work, due, CredentialState.SEALED, discard)


def discard_lost(context: Context) -> int:
    """Sealed, and the envelope is gone: PostgreSQL crashed, or a backup was restored. The owner collects again."""
    now = context.clock.now()
    with context.work.begin() as tx:
        due = tx.credentials.sealed_and_lost(batch_size.LEDGER_ROWS)

    def discard(tx: Transaction, each: Credential, _grant: Grant) -> bool:
        return intent.drop_and_notify(tx, each, CredentialState.DISCARDED, now, "envelope-lost")

    return _with(context.work, due, CredentialState.SEALED, discard)


def erase_traces(context: Context) -> int:
    """Erase what is left of deleted ciphertexts in the database's files. Retried while another program reads them."""
    with context.work.begin() as tx:
        due = tx.envelopes.unerased(batch_size.LEDGER_ROWS)
    if not due or not context.work.erase_traces():
        return 0
    with context.work.begin() as tx:
        tx.envelopes.mark_erased(due, context.clock.now())
    return len(due)


def ask_receipt(context: Context) -> int:
    """Revealed, but no receipt for ten minutes: ask "Did you get it?" once, while the answer matters."""
    now = context.clock.now()
    with context.work.begin() as tx:
        due = tx.credentials.unasked(now - RECEIPT_WITHIN, batch_size.LEDGER_ROWS)

    def ask(tx: Transaction, each: Credential, grant: Grant) -> bool:
        tx.credentials.set(each.id, asked_at=now)
        if grant.state_at(now) is not GrantState.ACTIVE:
            return False
        tx.outbox.enqueue(Notice.DID_YOU_GET_IT, each.id, grant.owner)
        return True

    return _with(context.work, due, CredentialState.REVEALED, ask)


def settle_revealed(context: Context) -> int:
    """No answer for a day: it counts as live."""
    now = context.clock.now()
    with context.work.begin() as tx:
        due = tx.credentials.revealed_before(now - HELD_AFTER, batch_size.LEDGER_ROWS)

    def settle(tx: Transaction, each: Credential, grant: Grant) -> bool:
        return receipt.settle(tx, context.catalog, each, grant, now, by=LATCHKEY)

    return _with(context.work, due, CredentialState.REVEALED, settle)


def prune(context: Context) -> int:
    """Delete what is no longer kept: a limited number of rows of each table, each table in its own transaction."""
    now = context.clock.now()
    return one_by_one(context.work, PRUNED, lambda tx, table: tx.prune(table, now))


def undo_clock_jumps(context: Context) -> int:
    """Make due now what is scheduled further ahead than possible: the clock was wrong when it was written."""
    with context.work.begin() as tx:
        return tx.undo_clock_jumps(context.clock.now())
