"""Threads that begin at the same moment, and what each of them got."""

import threading
from collections.abc import Callable
from typing import Any


def race(runners: int, do: Callable[[int], Any]) -> list[Any]:
    """What each of them got; an error that one meets is what it got."""
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
