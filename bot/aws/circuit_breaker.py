"""Silence: an account that keeps everybody waiting without an answer is left alone for as long as it kept us waiting.

Otherwise one account that hangs, at minutes for each call, would hold up every sweep, and with it all other accounts.
A clear no, a throttle, or a connection that is refused at once costs next to nothing and is no silence.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

CODE = "NoAnswerLately"
WORTH_SECONDS = 10.0  # of waiting
LONGEST_SECONDS = 300.0


class Silence:
    def __init__(self, tick: Callable[[], float] = time.monotonic) -> None:
        self._tick, self._guard = tick, threading.Lock()
        self._until: dict[str, float] = {}

    def holds(self, account: str) -> bool:
        """Is it not worth a call at this moment?"""
        with self._guard:
            return self._until.get(account, 0.0) > self._tick()

    def listen(self, client: Any, account: str) -> None:
        """botocore tells of every call when its retries are used up (its events before-call and after-call-error)."""

        def begin(context: dict[str, Any], **_: Any) -> None:
            context["began"] = self._tick()

        def unanswered(context: dict[str, Any], **_: Any) -> None:
            now = self._tick()
            waited = min(now - context.get("began", now), LONGEST_SECONDS)
            if waited >= WORTH_SECONDS:
                with self._guard:
                    self._until[account] = max(now + waited, self._until.get(account, 0.0))

        client.meta.events.register("before-call", begin)
        client.meta.events.register("after-call-error", unanswered)
