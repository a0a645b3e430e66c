"""The worker's port for health and metrics: one thread for each client, limited in time and number."""

import socket
import threading
import time
from collections.abc import Callable
from typing import Any

import structlog
from flask import Flask
from werkzeug.serving import ThreadedWSGIServer, WSGIRequestHandler

from bot.web.connections import READ_SECONDS
from bot.web.ports import shown

log = structlog.get_logger(__name__)

CLIENTS_MOST = 32


class _Quiet(WSGIRequestHandler):
    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Probes every few seconds aren't worth a log line."""
        del code, size

    def log_error(self, format: str, *args: Any) -> None:  # noqa: A002 - http.server's own name
        """Never logs any part of a refused request."""
        del format, args
        log.warning("a request to WORKER_PORT was refused", address=self.address_string())


class Probe(ThreadedWSGIServer):
    """`now` is in seconds of the monotonic clock. If there are too many clients, the oldest one is dropped."""

    def __init__(self, app: Flask, address: str, port: int, now: Callable[[], float] = time.monotonic) -> None:
        super().__init__(address, port, app, handler=_Quiet)
        said = f"listening on {shown(address, self.server_port)} for health and metrics"
        log.info(said)
        self._now = now
        self._since: dict[Any, float] = {}
        self._guard = threading.Lock()

    def process_request(self, request: Any, client_address: Any) -> None:
        with self._guard:
            self._since[request] = self._now()
            over = list(self._since)[: -CLIENTS_MOST or None]
        for each in over:
            _end(each)
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        with self._guard:
            self._since.pop(request, None)
        super().shutdown_request(request)

    def service_actions(self) -> None:
        """Called several times a second, in parallel to the threads."""
        with self._guard:
            over = [each for each, since in self._since.items() if self._now() - since > READ_SECONDS]
        for each in over:
            _end(each)


def _end(client: socket.socket) -> None:
    """Its thread reads end of file, and closes it."""
    try:
        client.shutdown(socket.SHUT_RDWR)
    except OSError:
        return  # already closed
