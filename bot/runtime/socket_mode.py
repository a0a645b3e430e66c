"""Open Socket Mode in the background: a worker starts even if Slack is down, and takes no work before it is ready."""

import threading
from collections.abc import Callable
from typing import Protocol

import structlog

from bot.domain import retry

log = structlog.get_logger(__name__)

HINT = "run latchkey doctor: it checks SLACK_APP_TOKEN"
STOP_SECONDS = 30.0  # for an attempt to connect that is under way


class Link(Protocol):
    def start(self) -> None:
        """Raises any connection error; may be called again."""

    def alive(self) -> bool: ...

    def stop(self) -> None: ...


class Connection:
    """Retries until it is open. After that, the Slack client itself reconnects when Slack closes the connection."""

    def __init__(self, link: Link, *, may_open: Callable[[], bool], policy: retry.Policy = retry.SOCKET_MODE) -> None:
        self._link, self._may_open, self._policy = link, may_open, policy
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._open, name="socket-mode", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def state(self) -> str:
        return "socket connected" if self._link.alive() else "socket not connected"

    def stop(self) -> None:
        self._stopping.set()
        if self._thread.is_alive():
            self._thread.join(timeout=STOP_SECONDS)
        self._link.stop()

    def _open(self) -> None:
        attempt, said = 1, ""
        while not self._stopping.is_set():
            if self._may_open():
                try:
                    self._link.start()
                except Exception as error:  # noqa: BLE001 - whatever Slack or the network said: it is tried again
                    why = _words(error)
                    if why != said:
                        log.error("Socket Mode can't connect; still trying", error=why, fix=HINT)  # noqa: TRY400 - no traceback: it is Slack's
                    said, attempt = why, attempt + 1
                else:
                    log.info("Socket Mode is connected")
                    return
            self._stopping.wait(retry.wait(self._policy, attempt).total_seconds())


def _words(error: Exception) -> str:
    """Slack's error code if there is one: invalid_auth says more than SlackApiError."""
    response = getattr(error, "response", None)
    code = None if response is None else response.get("error")
    return str(code or type(error).__name__)
