"""Several stories in parallel: they mostly wait, so two cores are enough."""

import threading
from collections.abc import Callable


def together(*acts: Callable[[], object]) -> None:
    """Run all of them in parallel; an error of one is raised here once all have ended."""
    failures: list[BaseException] = []
    start = threading.Barrier(len(acts))

    def run(act: Callable[[], object]) -> None:
        start.wait()
        try:
            act()
        except BaseException as failure:  # noqa: BLE001 - raised again in the caller's own thread
            failures.append(failure)

    threads = [threading.Thread(target=run, args=(each,)) for each in acts]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    if failures:
        raise failures[0]
