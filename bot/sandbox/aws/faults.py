"""Planned faults: the next calls of one action are lost, throttled, refused or broken."""

import threading
from collections import defaultdict, deque
from collections.abc import Callable
from dataclasses import dataclass

from bot.sandbox.aws.wire import Refusal


@dataclass(frozen=True, slots=True)
class Fault:
    refusal: Refusal | None = None  # sent instead of the real response
    perform: bool = False  # the call is carried out anyway
    lost: bool = False  # the connection is dropped without a response
    before: Callable[[], None] | None = None
    change: Callable[[bytes], bytes] | None = None  # applied to the response body


THROTTLED = Fault(Refusal("Throttling", "Rate exceeded", 400))
DENIED = Fault(Refusal("AccessDenied", "You are not authorized to perform this.", 403))
BROKEN = Fault(Refusal("ServiceFailure", "Try again later.", 500))
LOST_AFTER = Fault(perform=True, lost=True)
LOST_BEFORE = Fault(lost=True)


class Faults:
    """Every method plans for the next `times` calls of an action ("CreateAccessKey"); plans are queued in order."""

    def __init__(self) -> None:
        self._plans: dict[str, deque[Fault]] = defaultdict(deque)
        self._ahead: tuple[int, Fault] | None = None
        self._lock = threading.Lock()

    def lose_answer(self, action: str, times: int = 1, *, perform: bool = True) -> None:
        """Carry the call out, then drop the connection; with `perform=False`, drop it before."""
        self._plan(action, times, LOST_AFTER if perform else LOST_BEFORE)

    def throttle(self, action: str, times: int = 1) -> None:
        self._plan(action, times, THROTTLED)

    def deny(self, action: str, times: int = 1) -> None:
        self._plan(action, times, Fault(Refusal("AccessDenied", f"You are not authorized to perform: {action}", 403)))

    def server_error(self, action: str, times: int = 1, *, perform: bool = False) -> None:
        self._plan(action, times, Fault(Refusal("ServiceFailure", "Try again later.", 500), perform=perform))

    def limit_exceeded(self, action: str, times: int = 1) -> None:
        self._plan(action, times, Fault(Refusal("LimitExceeded", "Cannot exceed quota.", 409)))

    def delay_visibility(self, action: str, times: int = 1) -> None:
        """IAM is eventually consistent: what was just created isn't found yet."""
        self._plan(action, times, Fault(Refusal("NoSuchEntity", "It cannot be found (yet).", 404)))

    def call_back(self, action: str, before: Callable[[], None], times: int = 1) -> None:
        """Run this in the server's thread before the call is carried out, to hold it or to move the clock."""
        self._plan(action, times, Fault(perform=True, before=before))

    def rewrite(self, action: str, change: Callable[[bytes], bytes], times: int = 1) -> None:
        """Carry the call out and change the response: half of it, or an outdated one."""
        self._plan(action, times, Fault(perform=True, change=change))

    def plan(self, action: str, fault: Fault, times: int = 1) -> None:
        """Any fault."""
        self._plan(action, times, fault)

    def at(self, index: int, fault: Fault) -> None:
        """A fault for the call with this index, counted from the next one as 0, whatever its action is."""
        with self._lock:
            self._ahead = (index, fault)

    @property
    def waiting(self) -> bool:
        """Whether the fault of `at` is still pending."""
        return self._ahead is not None

    def clear(self) -> None:
        with self._lock:
            self._plans.clear()
            self._ahead = None

    def take(self, action: str) -> Fault | None:
        with self._lock:
            if self._ahead is not None:
                index, fault = self._ahead
                self._ahead = (index - 1, fault) if index else None
                if not index:
                    return fault
            plans = self._plans.get(action)
            return plans.popleft() if plans else None

    def _plan(self, action: str, times: int, fault: Fault) -> None:
        with self._lock:
            self._plans[action.rpartition(":")[2]].extend([fault] * times)
