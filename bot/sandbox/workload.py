"""A running program that must not notice a rotation: it reads the reports every 50 ms."""

import threading
import time
from collections.abc import Callable

from bot.sandbox.key_user import WORKED, Holder

EVERY_SECONDS = 0.05


class Service:
    """`note` gets its progress about once a second. A call counts as failed only if none of its keys works."""

    def __init__(self, note: Callable[[str], None]) -> None:
        self.calls, self.failed = 0, list[str]()
        self._note, self._keys = note, tuple[Holder, ...]()
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run, name="service", daemon=True)

    def start(self, key: Holder) -> None:
        self._keys = (key,)
        self._thread.start()

    def take(self, key: Holder) -> None:
        """Configure this key; the previous one stays as a fallback."""
        self._keys = (key, *self._keys)

    def stop(self) -> None:
        """Does nothing if it isn't running."""
        self._over.set()
        if self._thread.is_alive():
            self._thread.join()

    def _run(self) -> None:
        due = time.monotonic()
        while not self._over.wait(max(due - time.monotonic(), 0)):
            self._call()
            due += EVERY_SECONDS
            if self.calls % 20 == 0:
                self._note(f"the program made {self.calls} calls, of which {len(self.failed)} failed")

    def _call(self) -> None:
        answers = list[str]()
        for each in self._keys:
            answers.append(each.read())
            if answers[-1] == WORKED:
                break
        else:
            self.failed.append(", ".join(answers))
        self.calls += 1
