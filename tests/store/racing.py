"""Threads that start at the same time, and the result of each."""

import threading
from collections.abc import Callable
from typing import Any


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
