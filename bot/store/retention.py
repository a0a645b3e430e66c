"""Delete what domain.retention no longer keeps: a few rows of one table at a time, oldest first.

Locked rows are left for the next run, so that a lock holder never waits for rows locked here.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Table, delete, exists, select, tuple_

from bot.domain.retention import SPANS, STEP
from bot.store import tables
from bot.store.due_conditions import CLOSED, FLAG_ENDS, GONE, REPLACEMENT_ENDED
from bot.store.insert_batch import Batch
from bot.store.retention_messages import prune_messages

Prune = Callable[[Batch, datetime], int]


def prune(connection: Batch, table: str, now: datetime) -> int:
    """Delete rows of this table, at most STEP. Returns how many."""
    return PRUNED[table](connection, now - SPANS[table])


def _before(since: Any, *only: Any) -> Prune:
    """Rows older than this that no other row needs."""
    table: Table = since.table
    key = tuple_(*table.primary_key)

    def run(connection: Batch, moment: datetime) -> int:
        oldest = select(*table.primary_key).where(since < moment, *only).order_by(since).limit(STEP)
        oldest = oldest.with_for_update(skip_locked=True, of=table)
        return connection.execute(delete(table).where(key.in_(oldest))).rowcount

    return run


def _with(other: Any, since: Any, *columns: tuple[Any, Any]) -> Prune:
    """Rows that belong to rows of another table older than this. `columns` pairs theirs with the other table's."""
    table: Table = columns[0][0].table

    def run(connection: Batch, moment: datetime) -> int:
        its = [theirs for _, theirs in columns]
        mine = exists().where(*(own == theirs for own, theirs in columns))
        oldest = select(*its).where(other, since < moment, mine).order_by(since).limit(STEP)
        key = tuple_(*(own for own, _ in columns))
        return connection.execute(delete(table).where(key.in_(oldest))).rowcount

    return run


def _unless(other: Table, *columns: tuple[Any, Any]) -> Any:
    """No row of the other table refers to it."""
    return ~exists().where(*(theirs == own for theirs, own in columns)).correlate_except(other)


finding, told, adopted, agreement = tables.finding, tables.told, tables.adopted, tables.agreement
key, user, word, past = tables.found_key, tables.found_user, tables.word, tables.past_owner

PRUNED: Mapping[str, Prune] = {
    "outbox": prune_messages,
    "tombstone": _before(tables.tombstone.c.at, tables.tombstone.c.erased_at.is_not(None)),
    "told": _with(CLOSED, finding.c.closed_at, (told.c.finding, finding.c.id)),
    "finding": _before(finding.c.closed_at, CLOSED, _unless(told, (told.c.finding, finding.c.id))),
    "difference": _before(tables.difference.c.closed_at, CLOSED),
    "last_accessed": _before(tables.last_accessed.c.asked_at),
    "halt": _before(tables.halt.c.settled_at),
    "agreement": _with(GONE, adopted.c.gone_at, (agreement.c.adopted, adopted.c.id)),
    "adopted": _before(adopted.c.gone_at, GONE, _unless(agreement, (agreement.c.adopted, adopted.c.id))),
    "found_key": _before(key.c.gone_at, GONE, _unless(adopted, (adopted.c.id, key.c.id))),
    "word": _with(GONE, user.c.gone_at, (word.c.account, user.c.account), (word.c.iam_user, user.c.name)),
    "past_owner": _before(past.c.last_at),
    "found_user": _before(
        user.c.gone_at,
        GONE,
        _unless(key, (key.c.account, user.c.account), (key.c.user, user.c.name)),
        _unless(word, (word.c.account, user.c.account), (word.c.iam_user, user.c.name)),
    ),
    "replacement": _before(tables.replacement.c.ended_at, REPLACEMENT_ENDED),
    "claim": _before(tables.claim.c.decided_at),
    "leaver": _before(tables.leaver.c.back_at),
    "address": _before(tables.address.c.wanted_at),
    "member_account": _before(tables.member_account.c.seen_at),
    "preapproval": _before(tables.preapproval.c.until),
    "presence": _before(tables.presence.c.read_at, tables.presence.c.wanted_at.is_(None)),
    "flag": _before(tables.flag.c.at, FLAG_ENDS),
    "pending_call": _before(tables.pending_call.c.at),
    "rate": _before(tables.rate.c.until),
    "delivery": _before(tables.delivery.c.at),
    "usage": _before(tables.usage.c.tried_at),
    "usage_ask": _before(tables.usage_ask.c.asked_at),
    "home": _before(tables.home.c.opened_at),
    "heartbeat": _before(tables.heartbeat.c.at),
}
