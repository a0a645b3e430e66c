"""Planned faults of Slack: rate limits, outages, errors, duplicate deliveries."""

import threading
from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    RATE_LIMIT = "rate_limit"
    RESET = "reset"  # the connection is cut without a response
    UNAVAILABLE = "503"
    FAIL = "fail"
    LOSE = "lose"  # the call takes effect, but its response is lost


@dataclass
class Fault:
    kind: Kind
    method: str
    left: int | None  # None: until `clear`
    retry_after: int = 0
    error: str = ""


class Faults:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._planted: list[Fault] = []
        self._copies: list[int] = []

    def rate_limit(self, method: str, times: int | None = 1, retry_after: int = 1) -> None:
        """The next `times` calls get 429 with Retry-After in seconds."""
        self._plant(Fault(Kind.RATE_LIMIT, method, times, retry_after=retry_after))

    def down(self, method: str = "*", times: int | None = None, *, how: str = "reset") -> None:
        """Calls get a cut connection (`how="reset"`) or a 503 (`how="503"`)."""
        self._plant(Fault(Kind(how), method, times))

    def lose_answer(self, method: str, times: int | None = 1) -> None:
        """The call takes effect, but the app gets no response."""
        self._plant(Fault(Kind.LOSE, method, times))

    def fail(self, method: str, error: str, times: int | None = 1) -> None:
        self._plant(Fault(Kind.FAIL, method, times, error=error))

    def duplicate_deliveries(self, extra: int = 1, *, times: int = 1) -> None:
        """Each of the next `times` deliveries reaches the app `extra` more times, as a retry."""
        with self._lock:
            self._copies += [extra] * times

    def clear(self) -> None:
        with self._lock:
            self._planted.clear()
            self._copies.clear()

    def next_for(self, method: str) -> Fault | None:
        with self._lock:
            for fault in self._planted:
                if fault.method in (method, "*"):
                    if fault.left is not None:
                        fault.left -= 1
                        if fault.left <= 0:
                            self._planted.remove(fault)
                    return fault
            return None

    def copies(self) -> int:
        with self._lock:
            return self._copies.pop(0) if self._copies else 0

    def _plant(self, fault: Fault) -> None:
        with self._lock:
            if fault.left != 0:
                self._planted.append(fault)
