"""A transaction's connection that collects INSERTs and sends them in one round trip.

A transaction that only inserts is a single statement on PostgreSQL, without BEGIN and COMMIT.
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
TOGETHER = 20  # INSERTs in one statement: building it takes time that grows with the square of their number, or worse


class Batch:
    """Any read or update first sends the collected INSERTs, so that a transaction sees its own rows."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._waiting: list[tuple[Any, Row]] = []
        self._delivery: DeliveryId | None = None
        self._begun = False
        self.events: list[Event] = []  # audit events, to be logged after the commit
        self.dialect = connection.dialect.name

    def deliver(self, delivery: DeliveryId, insert: Any, row: Row) -> None:
        """Insert the idempotency row before everything else. If it exists already, the send raises AlreadyDone."""
        self._delivery = delivery
        self._waiting.append((insert, row))

    def add(self, insert: Any, row: Row, *, in_order: bool = False) -> None:
        """Collect an INSERT; pass the same `insert` object each time.

        Rows that refer to other collected rows come after them.
        """
        if len(self._waiting) >= TOGETHER or any(
            other is insert and (in_order or waiting == row) for other, waiting in self._waiting
        ):
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
"""Errors by a word in the constraint's name, as each database reports it."""


def _broken(error: IntegrityError) -> str:
    """The violated constraint. PostgreSQL names table and constraint, SQLite the column or the CHECK."""
    told = getattr(error.orig, "diag", None)
    return f"{told.table_name} {told.constraint_name}" if told is not None else str(error.orig)


@lru_cache(SHAPES)
def _together(shape: Shape) -> tuple[Any, tuple[str, ...]]:
    """Combine INSERTs into one statement: the first with the others in its WITH, and their parameters' names.

    PostgreSQL runs WITH clauses that aren't read from after the main statement, last one first. They are reversed here,
    so
    that rows are locked in the order they were added (tests/store/test_outbox_locks.py). Cached for each shape, because
    building it costs more than running it.
    """
    named = [(insert, {column: f"row{place}_{column}" for column in row}) for place, (insert, row) in enumerate(shape)]
    first, *others = (insert.values({column: bindparam(name) for column, name in row.items()}) for insert, row in named)
    ctes = [each.cte(f"added_{place}") for place, each in enumerate(others)]
    statement = first.add_cte(*reversed(ctes))
    return statement, tuple(chain.from_iterable(row.values() for _, row in named))
