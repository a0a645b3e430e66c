"""The rows that an act wrote to SQLite, to write them again at once in another ledger with the same rows before."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Engine, event

Written = tuple[str, Any, bool]  # statement, parameters, whether these are many rows
WRITES = ("INSERT", "UPDATE", "DELETE")


@dataclass
class RecordedWrites:
    """By transaction, because tests look into SQLite's WAL, where each leaves its own. SQLite has one at a time."""

    transactions: list[list[Written]] = field(default_factory=list)
    _open: list[Written] = field(default_factory=list)

    @contextmanager
    def of(self, engine: Engine) -> Iterator[None]:
        listeners: dict[str, Any] = {
            "before_cursor_execute": self._write,
            "commit": self._commit,
            "rollback": self._roll_back,
        }
        for name, listener in listeners.items():
            event.listen(engine, name, listener)
        try:
            yield
        finally:
            for name, listener in listeners.items():
                event.remove(engine, name, listener)

    def repeat(self, engine: Engine) -> None:
        with engine.connect() as connection:
            driver: Any = connection.connection.driver_connection
            for transaction in self.transactions:
                driver.execute("BEGIN IMMEDIATE")
                for statement, parameters, many in transaction:
                    (driver.executemany if many else driver.execute)(statement, parameters).fetchall()
                driver.commit()

    def _write(self, _: Connection, __: Any, statement: str, parameters: Any, ___: Any, many: bool) -> None:
        if statement.startswith(WRITES):
            self._open.append((statement, parameters, many))

    def _commit(self, _: Connection) -> None:
        if self._open:
            self.transactions.append(self._open)
        self._open = []

    def _roll_back(self, _: Connection) -> None:
        self._open = []
