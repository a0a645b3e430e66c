"""Rate limits: one row counts how often a person did a thing, and its CHECK refuses one more than allowed.

An INSERT that counts on in its own row needs no read before it, so it joins the other INSERTs of a batch.
"""

from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import case, or_, select

from bot.domain.limits import RateLimit
from bot.store.batch import Batch
from bot.store.dialect import insert_on
from bot.store.tables import rate as table


def count(connection: Batch, limit: RateLimit, person: str, now: datetime) -> None:
    row = {"act": limit.act, "person": person, "count": 1, "most": limit.most, "at": now, "until": now + limit.per}
    connection.add(_count(connection.dialect), row, in_order=True)


@cache
def _count(dialect: str) -> Any:
    """A span that ends later than one that begins now was begun by a clock that was ahead, so it is over as well."""
    fresh = insert_on(table, dialect).inline()
    over = or_(table.c.until <= fresh.excluded.at, table.c.until > fresh.excluded.until)
    again = {
        "count": case((over, 1), else_=table.c.count + 1),
        "until": case((over, fresh.excluded.until), else_=table.c.until),
        "most": fresh.excluded.most,
        "at": fresh.excluded.at,
    }
    return fresh.on_conflict_do_update(index_elements=["act", "person"], set_=again)


def ends_at(connection: Batch, limit: RateLimit, person: str) -> datetime | None:
    mine = (table.c.act == limit.act, table.c.person == person)
    return connection.execute(select(table.c.until).where(*mine)).scalar()
