"""Ask AWS which services of a lease nobody used. AWS makes a report under a job id; a later run of the sweep reads it.

An expiry notice and a request to renew request the answer (`tx.last_accessed.request`) in the transaction
that makes them. Whatever isn't known stays unsaid, and nothing else depends on it.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.domain import batch_size, retry
from bot.domain.catalog import Kind
from bot.domain.credential import Credential
from bot.domain.errors import AwsError
from bot.domain.grant import Grant
from bot.domain.lifecycle import GrantState
from bot.domain.usage.last_accessed import TRIES_MOST, YOUNG, Accessed, LastAccessed, unused
from bot.flows import refresh
from bot.flows.context import AwsContext

CLAIM = timedelta(minutes=3)


def read(context: AwsContext) -> int:
    """How many answers were read."""
    now = context.clock.now()
    with context.work.begin() as tx:
        due = tx.last_accessed.due(now, batch_size.AWS_ROWS)
    return sum(_read(context, each, now) for each in due)


def _read(context: AwsContext, row: LastAccessed, now: datetime) -> bool:
    with context.work.begin() as tx:
        if not tx.last_accessed.claim(row, now + CLAIM):
            return False
        grant = tx.grants.get(row.grant)
        if grant is None or not _says_something(grant, tx.credentials.of(row.grant), now):
            tx.last_accessed.drop(row.grant)
            return False
    asked, found = _ask(context, row, grant, now)
    with context.work.begin() as tx:
        tx.last_accessed.store(asked)
        if not found:
            return False
        refresh.unused_services(tx, grant)
    return True


def _says_something(grant: Grant, credentials: tuple[Credential, ...], now: datetime) -> bool:
    """A role is shared, so that only the user of access keys shows what one grant used."""
    keys = (each.made_at for each in credentials if each.kind is Kind.ACCESS_KEY and each.handed_out)
    return grant.state_at(now) is GrantState.ACTIVE and now - min(keys, default=now) >= YOUNG


def _ask(context: AwsContext, row: LastAccessed, grant: Grant, now: datetime) -> tuple[LastAccessed, bool]:
    """The row as it is after one call to AWS, and whether there is an answer."""
    account, wanted = context.catalog.accounts.get(grant.account), context.catalog.entitlements.get(grant.entitlement)
    if account is None or wanted is None:
        return replace(row, due_at=None), False
    answer: Accessed | None = None
    try:
        if row.job is None:
            row = replace(row, job=context.iam.ask_last_accessed(account, grant.iam_user))
        else:
            answer = context.iam.last_accessed(account, row.job)
    except AwsError:
        row = replace(row, job=None)
    if answer is not None:
        said = " ".join(unused(wanted, answer))
        return replace(row, due_at=None, job=None, tries=0, read_at=now, unused=said), True
    tries = row.tries + 1
    due_at = retry.next_attempt(now, retry.LAST_ACCESSED, tries) if tries < TRIES_MOST else None
    return replace(row, due_at=due_at, tries=tries), False
