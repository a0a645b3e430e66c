"""Threads that start at the same time, the result of each, and when they wait for a lock."""

import threading
from collections.abc import Callable
from typing import Any

from sqlalchemy import Engine, text

WAITING = text("SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'")


def race(runners: int, do: Callable[[int], Any]) -> list[Any]:
    """The result of each thread; an error is a result."""
    barrier, got = threading.Barrier(runners), list[Any]()

    def run(number: int) -> None:
        barrier.wait(30)
        try:
            got.append(do(number))
        except Exception as error:  # noqa: BLE001 - a thread's failure is the test's
            got.append(error)

    threads = [threading.Thread(target=run, args=(each,)) for each in range(runners)]
    for each in threads:
        each.start()
    for each in threads:
        each.join(60)
    return got


def until_waiting(thread: threading.Thread, engine: Engine, many: int) -> None:
    """Return once `many` connections to this database wait for a lock, or the thread is done.

    Other databases of the server belong to other tests. A connection of its own, in autocommit: within a transaction
    PostgreSQL goes on showing the activity that it showed first.
    """
    with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        while thread.is_alive() and connection.execute(WAITING).scalar_one() < many:
            thread.join(0.001)
