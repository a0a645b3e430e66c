"""Rate limits: one row keeps a person's latest times, and its CHECK rejects one more than allowed in any span.

An INSERT that updates its own row needs no read before it, so it can be batched with other INSERTs.
"""

from datetime import UTC, datetime, timedelta
from functools import cache

from sqlalchemy import ColumnElement, Integer, case, func, literal_column, select

from bot.domain.rate_limits import RateLimit
from bot.store.dialect import insert_on
from bot.store.insert_batch import Batch, Insert
from bot.store.tables import rate as table

DIGITS = 13  # of a timestamp: milliseconds since 1970, so that they compare as text until the year 2286
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)


def count(connection: Batch, limit: RateLimit, person: str, now: datetime) -> None:
    row = {"act": limit.act, "person": person, "times": _stamp(now), "since": _stamp(now - limit.per)}
    connection.add(_count(connection.dialect, limit.most), {**row, "until": now + limit.per}, in_order=True)


@cache
def _count(dialect: str, most: int) -> Insert:
    """Keep the last `most` timestamps. The one before them is `left_out`, which must lie outside the span.

    If even the first of them is in the future, they came from a wrong clock and no longer count.
    """
    none: ColumnElement[str] = literal_column("''")
    fresh = insert_on(table, dialect).inline()
    times, now = table.c.times, fresh.excluded.times
    full = func.length(times) >= _number(most * DIGITS)
    ahead = func.substr(times, _number(1), _number(DIGITS)) > now
    left_out = func.substr(times, func.length(times) - _number(most * DIGITS - 1), _number(DIGITS))
    rest = func.substr(times, func.length(times) - _number((most - 1) * DIGITS - 1))
    again = {
        "times": case((ahead, now), (full, rest.concat(now)), else_=times.concat(now)),
        "left_out": case((ahead, none), (full, left_out), else_=none),
        "since": fresh.excluded.since,
        "until": fresh.excluded.until,
    }
    return Insert(fresh.on_conflict_do_update(index_elements=["act", "person"], set_=again), {"left_out": none})


def _number(value: int) -> ColumnElement[int]:
    """In the statement's text: psycopg parses a statement of more than 50 parameters again each time."""
    return literal_column(str(value), Integer)


def ends_at(connection: Batch, limit: RateLimit, person: str) -> datetime | None:
    """When the next attempt is possible, for a person who was just refused."""
    mine = (table.c.act == limit.act, table.c.person == person)
    times = connection.execute(select(table.c.times).where(*mine)).scalar()
    if not times:
        return None
    last = times[-limit.most * DIGITS :]
    return EPOCH + int(last[:DIGITS]) * MILLISECOND + limit.per


def _stamp(at: datetime) -> str:
    return f"{(at - EPOCH) // MILLISECOND:0{DIGITS}}"
