"""A transaction's connection that collects INSERTs and sends them in one round trip.

On PostgreSQL a transaction that only reads or only inserts needs no BEGIN and COMMIT: its INSERTs are one statement,
and at READ COMMITTED each statement sees what is committed by then anyway.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import groupby
from typing import Any

from sqlalchemy import Connection, CursorResult, Dialect, Executable, Select, bindparam
from sqlalchemy.exc import IntegrityError

from bot.domain.errors import AlreadyDone, Limit, LimitReached
from bot.domain.events import Event
from bot.domain.ids import DeliveryId
from bot.store.built_once import Built
from bot.store.engine import BEGIN, let_user_begin

Row = Mapping[str, Any]
SHAPES = 256
TOGETHER = 20  # rows in one statement: building it takes time that grows with the square of the INSERTs, or worse


@dataclass(frozen=True, eq=False, slots=True)
class Insert:
    """An INSERT without values. `always` are the columns with the same value in every row: part of the statement."""

    statement: Any
    always: Row = field(default_factory=dict)


Shape = tuple[tuple[Insert, tuple[str, ...], int], ...]
"""For each INSERT its columns, and how many rows."""


class Batch:
    """Any read or update first sends the collected INSERTs, so that a transaction sees its own rows."""

    def __init__(self, connection: Connection) -> None:
        self.dialect = connection.dialect.name
        self._begun = self.dialect == "sqlite"  # by SQLAlchemy's first statement
        self._connection = connection
        if not self._begun:
            let_user_begin(connection)
        self._waiting: list[tuple[Insert, Row]] = []
        self._delivery: DeliveryId | None = None
        self.events: list[Event] = []  # audit events, to be logged after the commit

    def deliver(self, delivery: DeliveryId, insert: Insert, row: Row) -> None:
        """Insert the idempotency row before everything else. If it exists already, the send raises AlreadyDone."""
        self._delivery = delivery
        self._waiting.append((insert, row))

    def add(self, insert: Insert, row: Row, *, in_order: bool = False) -> None:
        """Collect an INSERT; pass the same `insert` object each time.

        Rows that refer to other collected rows come after them.
        """
        if len(self._waiting) >= TOGETHER or any(
            other is insert and (in_order or waiting == row) for other, waiting in self._waiting
        ):
            self.send()
        self._waiting.append((insert, row))

    def execute(self, statement: Executable | Built, parameters: Any = None) -> CursorResult[Any]:
        if isinstance(statement, Built):
            return self.execute(statement.statement, statement.parameters)
        self.send()
        if not isinstance(statement, Select) or statement._for_update_arg is not None:  # noqa: SLF001 - nothing public says it
            self._begin()
        return self._connection.execute(statement, parameters)

    def commit(self) -> None:
        self._insert()
        self._connection.commit()

    def send(self) -> None:
        if self._waiting:
            self._begin()
            self._insert()

    def _begin(self) -> None:
        if not self._begun:
            self._begun = True
            self._connection.exec_driver_sql(BEGIN)

    def _insert(self) -> None:
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return
        runs = [list(run) for _, run in groupby(waiting, lambda each: (each[0], tuple(each[1])))]
        apart = self.dialect == "sqlite"  # takes no INSERT in a WITH, and has no round trips to save
        for some in [[each] for each in runs] if apart else [runs]:
            shape = tuple((run[0][0], tuple(run[0][1]), len(run)) for run in some)
            values = [value for run in some for _, row in run for value in row.values()]
            try:
                self._connection.exec_driver_sql(*_statement(shape, self._connection.dialect).with_values(values))
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


@dataclass(frozen=True, slots=True)
class _Statement:
    """For the driver: SQLAlchemy takes longer over the parameters of an INSERT than the driver over all of it."""

    text: str
    names: Sequence[str]
    converters: Sequence[Callable[[Any], Any] | None]  # from Python's types to the driver's
    positions: Sequence[str] | None  # the names in the order of the text, for a driver that takes no names

    def with_values(self, values: Sequence[Any]) -> tuple[str, Any]:
        converted = (value if to is None else to(value) for to, value in zip(self.converters, values, strict=True))
        named = dict(zip(self.names, converted, strict=True))
        return self.text, named if self.positions is None else tuple(named[each] for each in self.positions)


@lru_cache(SHAPES)
def _statement(shape: Shape, dialect: Dialect) -> _Statement:
    """Combine INSERTs into one statement: the first with the others in its WITH.

    PostgreSQL runs WITH clauses that aren't read from after the main statement, last one first. They are reversed here,
    so that rows are locked in the order they were added (tests/store/test_outbox_locks.py). The rows of one INSERT are
    one VALUES, because PostgreSQL prepares each INSERT's constraints anew. Cached for each shape, because building it
    costs more than running it.
    """
    inserts, bound = [], list[tuple[str, Any]]()
    for place, (insert, columns, rows) in enumerate(shape):
        named = [{column: f"row{place}_{row}_{column}" for column in columns} for row in range(rows)]
        many = [dict(insert.always) | {column: bindparam(name) for column, name in row.items()} for row in named]
        inserts.append(insert.statement.values(many if rows > 1 else many[0]))
        bound += [(name, insert.statement.table.c[column].type) for row in named for column, name in row.items()]
    first, *others = inserts
    ctes = [each.cte(f"added_{place}") for place, each in enumerate(others)]
    compiled = first.add_cte(*reversed(ctes)).compile(dialect=dialect)
    converters = [type_.dialect_impl(dialect).bind_processor(dialect) for _, type_ in bound]
    return _Statement(str(compiled), [name for name, _ in bound], converters, compiled.positiontup)
