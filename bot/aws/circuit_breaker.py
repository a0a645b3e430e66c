"""A circuit breaker: after waiting in vain for an account, pause its calls for as long as we waited.

Otherwise one account that hangs, at minutes for each call, would delay every sweep and so all other accounts.
A refusal, a throttle or a refused connection is quick and doesn't open the circuit.
"""

import threading
import time
from collections.abc import Callable
from typing import Any

CODE = "NoAnswerLately"
WORTH_SECONDS = 10.0  # of waiting before it opens
LONGEST_SECONDS = 300.0


class CircuitBreaker:
    def __init__(self, tick: Callable[[], float] = time.monotonic) -> None:
        self._tick, self._guard = tick, threading.Lock()
        self._until: dict[str, float] = {}

    def is_open(self, account: str) -> bool:
        """Whether the circuit is open, so that calls are skipped."""
        with self._guard:
            return self._until.get(account, 0.0) > self._tick()

    def watch(self, client: Any, account: str) -> None:
        """Register on botocore's events before-call and after-call-error, which fire once the retries are used up."""

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
