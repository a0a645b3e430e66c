"""Socket Mode is opened in the background: a worker starts also when Slack is down, and takes no work too early."""

import threading
from collections.abc import Callable
from typing import Protocol

import structlog

log = structlog.get_logger(__name__)

FIRST_WAIT = 1.0  # seconds; doubled at each failure
LONGEST_WAIT = 30.0


class Link(Protocol):
    def start(self) -> None:
        """Raises whatever kept it from connecting; may be called again."""

    def alive(self) -> bool: ...

    def stop(self) -> None: ...


class Line:
    """Tries until it is open. Once open, the link itself connects again when Slack closes it."""

    def __init__(self, link: Link, *, may_open: Callable[[], bool], first_wait: float = FIRST_WAIT) -> None:
        self._link, self._may_open, self._first_wait = link, may_open, first_wait
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._open, name="socket-mode", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def state(self) -> str:
        return "socket connected" if self._link.alive() else "socket not connected"

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=LONGEST_WAIT)
        self._link.stop()

    def _open(self) -> None:
        wait, said = self._first_wait, ""
        while not self._stopping.is_set():
            if self._may_open():
                try:
                    self._link.start()
                except Exception as error:  # noqa: BLE001 - whatever Slack or the network said: it is tried again
                    why = _words(error)
                    if why != said:
                        log.error("Socket Mode does not open; trying on", error=why)  # noqa: TRY400 - no traceback: it is Slack's
                    said, wait = why, min(wait * 2, LONGEST_WAIT)
                else:
                    log.info("Socket Mode is open")
                    return
            self._stopping.wait(wait)


def _words(error: Exception) -> str:
    """Slack's own code where it gave one: invalid_auth says more than SlackApiError."""
    response = getattr(error, "response", None)
    code = None if response is None else response.get("error")
    return str(code or type(error).__name__)
