"""Bad days on order: the next calls of one action are lost, throttled, refused or broken."""

import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.aws.wire import Refusal


@dataclass(frozen=True, slots=True)
class Fault:
    refusal: Refusal | None = None  # answered in place of the real answer
    perform: bool = False  # the call is carried out all the same
    lost: bool = False  # the connection is dropped without an answer
    before: Callable[[], None] | None = None


class Faults:
    """Every method plans for the next `times` calls of an action ("CreateAccessKey"); plans queue up in order."""

    def __init__(self) -> None:
        self._plans: dict[str, deque[Fault]] = defaultdict(deque)
        self._lock = threading.Lock()

    def lose_answer(self, action: str, times: int = 1, *, perform: bool = True) -> None:
        """Carry the call out, then drop the connection; with `perform=False` it is dropped before."""
        self._plan(action, times, Fault(perform=perform, lost=True))

    def throttle(self, action: str, times: int = 1) -> None:
        self._plan(action, times, Fault(Refusal("Throttling", "Rate exceeded", 400)))

    def deny(self, action: str, times: int = 1) -> None:
        self._plan(action, times, Fault(Refusal("AccessDenied", f"You are not authorized to perform: {action}", 403)))

    def server_error(self, action: str, times: int = 1, *, perform: bool = False) -> None:
        self._plan(action, times, Fault(Refusal("ServiceFailure", "Try again later.", 500), perform=perform))

    def limit_exceeded(self, action: str, times: int = 1) -> None:
        self._plan(action, times, Fault(Refusal("LimitExceeded", "Cannot exceed quota.", 409)))

    def delay_visibility(self, action: str, times: int = 1) -> None:
        """IAM lists late: what was just made is not found yet."""
        self._plan(action, times, Fault(Refusal("NoSuchEntity", "It cannot be found (yet).", 404)))

    def call_back(self, action: str, before: Callable[[], None], times: int = 1) -> None:
        """Run this in the server's thread before the call is carried out: to hold it, or to move the clock."""
        self._plan(action, times, Fault(perform=True, before=before))

    def clear(self) -> None:
        with self._lock:
            self._plans.clear()

    def take(self, action: str) -> Fault | None:
        with self._lock:
            plans = self._plans.get(action)
            return plans.popleft() if plans else None

    def _plan(self, action: str, times: int, fault: Fault) -> None:
        with self._lock:
            self._plans[action.rpartition(":")[2]].extend([fault] * times)
