"""The connection of one transaction: rows that are only added wait for each other, and go in one round trip.

A transaction that does nothing but add is one statement on PostgreSQL, which is a transaction of its own there.
"""

from collections.abc import Mapping
from functools import lru_cache
from itertools import chain
from typing import Any

from sqlalchemy import Connection, CursorResult, Executable, bindparam
from sqlalchemy.exc import IntegrityError

from bot.domain.errors import AlreadyDone, Limit, LimitReached
from bot.domain.events import Event
from bot.domain.ids import DeliveryId

Row = Mapping[str, Any]
Shape = tuple[tuple[Any, tuple[str, ...]], ...]
SHAPES = 256


class Batch:
    """Whatever reads or changes sends first what waits, so that a transaction sees its own rows."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._waiting: list[tuple[Any, Row]] = []
        self._delivery: DeliveryId | None = None
        self._begun = False
        self.events: list[Event] = []  # of the audit log, for its lines in the process's log
        self.dialect = connection.dialect.name

    def deliver(self, delivery: DeliveryId, insert: Any, row: Row) -> None:
        """Goes before all else. Where it stands already, that send raises AlreadyDone."""
        self._delivery = delivery
        self._waiting.append((insert, row))

    def add(self, insert: Any, row: Row, *, in_order: bool = False) -> None:
        """`insert` is the same object each time. What the table counts, and a row that waits already, comes after."""
        if any(other is insert and (in_order or waiting == row) for other, waiting in self._waiting):
            self.send()
        self._waiting.append((insert, row))

    def execute(self, statement: Executable, parameters: Any = None) -> CursorResult[Any]:
        self.send()
        return self._connection.execute(statement, parameters)

    def commit(self) -> None:
        if not self._begun and self.dialect != "sqlite":
            self._connection = self._connection.execution_options(isolation_level="AUTOCOMMIT")
        self.send()
        self._connection.commit()

    def send(self) -> None:
        self._begun = True
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        apart = self.dialect == "sqlite"  # takes no INSERT in a WITH, and has no round trips to save
        for some in [[each] for each in waiting] if apart else [waiting]:
            statement, names = _together(tuple((insert, tuple(row)) for insert, row in some))
            values = chain.from_iterable(row.values() for _, row in some)
            try:
                self._connection.execute(statement, dict(zip(names, values, strict=True)))
            except IntegrityError as error:
                broken = _broken(error)
                if self._delivery is not None and "delivery" in broken:
                    raise AlreadyDone(self._delivery) from None
                if (limit := next((LIMITS[each] for each in LIMITS if each in broken), None)) is not None:
                    raise LimitReached(limit) from None
                raise
        self._delivery = None


LIMITS = {"dedup_key": Limit.OPEN_REQUEST, "ck_rate_within": Limit.RATE}
"""By a word of the constraint's name, as either database tells it."""


def _broken(error: IntegrityError) -> str:
    """PostgreSQL names the table and the constraint, SQLite the column or the CHECK."""
    told = getattr(error.orig, "diag", None)
    return f"{told.table_name} {told.constraint_name}" if told is not None else str(error.orig)


@lru_cache(SHAPES)
def _together(shape: Shape) -> tuple[Any, tuple[str, ...]]:
    """One statement, the first INSERT with the others in its WITH, and its parameters' names.

    PostgreSQL runs what stands in a WITH and is not read from after the statement itself, the last one first: turned
    round here, so that rows are locked in the order in which they were added (tests/store/test_outbox_locks.py).
    Made once for each shape: it costs more than to run it.
    """
    named = [(insert, {column: f"row{place}_{column}" for column in row}) for place, (insert, row) in enumerate(shape)]
    first, *others = (insert.values({column: bindparam(name) for column, name in row.items()}) for insert, row in named)
    ctes = [each.cte(f"added_{place}") for place, each in enumerate(others)]
    statement = first.add_cte(*reversed(ctes))
    return statement, tuple(chain.from_iterable(row.values() for _, row in named))
