"""Find rows scheduled further ahead than the code ever schedules: the clock was ahead when they were written.

Without this, a clock that was wrong for a minute would block work until that date. A deadline (the end of a lease, a
Keep or an undo period) isn't a next try and is never moved. Locked rows are left for the next run, because waiting here
while holding other locks could block their holder.
"""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Column, Table, select, tuple_, update

from bot.domain.hygiene.escalation import DRY_RUN
from bot.domain.hygiene.finding import Step
from bot.domain.leaks.incident import ADMINS_AFTER, AUTHOR_HAS, CHECKS
from bot.domain.retention import STEP
from bot.domain.schedule import CLOCKS_DIFFER
from bot.store import tables
from bot.store.due_conditions import ADOPTED_HELD, CREDENTIAL_HELD, GRANT_ACTIVE, INCIDENT_OPEN, REPLACEMENT_WATCHED
from bot.store.insert_batch import Batch

NEXT_TRIES: tuple[tuple[Column[datetime | None], timedelta], ...] = (
    (tables.outbox.c.due_at, timedelta(hours=1)),
    (tables.outbox.c.claimed_until, timedelta(hours=1)),
    (tables.audit_cursor.c.due_at, timedelta(minutes=1)),
    (tables.audit_cursor.c.claimed_until, timedelta(minutes=2)),
    (tables.reading.c.due_at, timedelta(hours=9)),
    (tables.reading.c.claimed_until, timedelta(hours=1)),
    (tables.reading.c.asked_at, timedelta(0)),
    (tables.address.c.asked_at, timedelta(0)),
    (tables.difference.c.seen_at, timedelta(0)),
    (tables.pending_call.c.at, timedelta(0)),
    (tables.difference.c.next_try_at, timedelta(days=1)),
    (tables.grants.c.next_try_at, timedelta(days=1)),
    (tables.grants.c.renew_try_at, timedelta(days=1)),
    (tables.credential.c.next_try_at, timedelta(days=1)),
    (tables.credential.c.look_at, timedelta(days=1)),
    (tables.last_accessed.c.due_at, timedelta(hours=1)),
    (tables.session_role.c.due_at, timedelta(hours=1)),
    (tables.session_role.c.claimed_until, timedelta(hours=1)),
    (tables.adopted.c.next_try_at, timedelta(days=1)),
    (tables.adopted.c.look_at, timedelta(days=1)),
    (tables.replacement.c.look_at, timedelta(days=1)),
    (tables.incident.c.page_at, AUTHOR_HAS),
    (tables.incident.c.escalate_at, AUTHOR_HAS + ADMINS_AFTER),
    (tables.incident.c.check_at, CHECKS[-1]),
    (tables.incident.c.activity_at, timedelta(days=1)),
    (tables.incident.c.next_try_at, timedelta(days=1)),
    (tables.finding.c.due_at, DRY_RUN),
)
"""Each column that schedules a next try, and how far ahead the code sets it at most."""

READ_AT = ((tables.credential.c.used_read_at, CREDENTIAL_HELD), (tables.adopted.c.used_read_at, ADOPTED_HELD))
"""When AWS reported a key's last use; an answer stored with a wrong date counts as unknown."""

ONLY: Mapping[Table | Column[Any], tuple[Any, ...]] = {
    tables.outbox: (tables.outbox.c.wanted > tables.outbox.c.done,),
    tables.difference: (tables.difference.c.closed_at.is_(None),),
    tables.grants.c.renew_try_at: (GRANT_ACTIVE, tables.grants.c.renew_until.is_not(None)),
    tables.credential.c.look_at: (CREDENTIAL_HELD,),
    tables.adopted: (ADOPTED_HELD,),
    tables.replacement: (REPLACEMENT_WATCHED,),
    tables.incident: (INCIDENT_OPEN,),
    tables.finding: (
        tables.finding.c.closed_at.is_(None),
        tables.finding.c.step.in_(list(Step)),  # the first column of its index
        tables.finding.c.due_at.is_distinct_from(tables.finding.c.kept_until),  # due at the end of its Keep
    ),
}


def undo_clock_jumps(connection: Batch, now: datetime) -> int:
    """Make them due now. Returns how many rows changed."""
    done = 0
    for column, furthest in NEXT_TRIES:
        only = (*ONLY.get(column.table, ()), *ONLY.get(column, ()))
        done += _set(connection, column, now, column > now + furthest + CLOCKS_DIFFER, *only)
    for column, held in READ_AT:
        done += _set(connection, column, None, column > now + CLOCKS_DIFFER, held)
    return done


def _set(connection: Batch, column: Column[Any], value: datetime | None, *ahead: Any) -> int:
    table, done = column.table, 0
    key = tuple_(*table.primary_key)
    free = select(*table.primary_key).where(*ahead).limit(STEP).with_for_update(skip_locked=True)
    while found := [tuple(each) for each in connection.execute(free)]:
        done += connection.execute(update(table).where(key.in_(found)).values({column.name: value})).rowcount
    return done
