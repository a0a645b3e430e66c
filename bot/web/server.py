"""gunicorn, configured in code: one gthread worker, our log format, and a graceful shutdown."""

import logging
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from gunicorn.app.base import BaseApplication
from gunicorn.arbiter import Arbiter
from gunicorn.glogging import Logger

from bot.config.settings import Settings
from bot.web.connections import ADDRESS_MOST, CONNECTIONS_MOST, IDLE_SECONDS
from bot.web.ports import shown
from bot.web.reader import ReadingWorker

if TYPE_CHECKING:
    from flask import Flask

log = logging.getLogger(__name__)  # structlog isn't in the process that only supervises

THREADS = 16
GRACEFUL_SECONDS = 30  # if this is too short, work after an ack is lost


class _Ours(Logger):  # type: ignore[misc]
    """Sends gunicorn's messages through the root logger, so that they are JSON and masked like all others."""

    def setup(self, cfg: Any) -> None:
        super().setup(cfg)
        self.error_log.handlers.clear()
        self.error_log.propagate = True


class _Arbiter(Arbiter):  # type: ignore[misc]
    def handle_int(self) -> None:
        """Ctrl+C shuts down like SIGTERM; a second one is quick."""
        self.handle_term()


class _Worker(ReadingWorker):
    def handle_quit(self, sig: int, frame: Any) -> None:
        """A terminal sends Ctrl+C to this process too. gunicorn would stop in the middle of a request."""
        self.handle_exit(sig, frame)


def _worker(address_most: int) -> type[_Worker]:
    """gunicorn creates its workers itself, without passing our arguments."""
    return type("Worker", (_Worker,), {"address_most": address_most})


class Server(BaseApplication):  # type: ignore[misc]
    """`make` is called after the fork, so that engines, pools and clients belong to the process that uses them.

    One worker only: loops run next to it, and its counters are the process's, so that /metrics is complete. To scale,
    run
    more processes.
    """

    def __init__(
        self,
        make: "Callable[[], Flask]",
        settings: Settings,
        *,
        on_start: Callable[[], None] = lambda: None,
        on_exit: Callable[[], None] = lambda: None,
    ) -> None:
        self._make, self._on_start, self._on_exit = make, on_start, on_exit
        self._address, self._public_url = shown(settings.listens_on, settings.port), settings.public_url
        self._options: dict[str, Any] = {
            "bind": self._address,
            "workers": 1,
            "threads": THREADS,
            "worker_class": _worker(ADDRESS_MOST if settings.proxy_hops == 0 else CONNECTIONS_MOST),
            "worker_connections": CONNECTIONS_MOST * 2,  # never reached: the worker drops old connections first
            "preload_app": False,
            "max_requests": 0,
            "graceful_timeout": GRACEFUL_SECONDS,
            "timeout": 60,
            "keepalive": int(IDLE_SECONDS),
            "accesslog": None,
            "loglevel": "warning",
            "logger_class": _Ours,
            "post_worker_init": self._started,
            "worker_exit": self._exit,
            "control_socket_disable": True,
        }
        super().__init__()

    def run(self) -> None:
        _Arbiter(self).run()

    def load_config(self) -> None:
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> "Flask":
        return self._make()

    def _started(self, _worker: object) -> None:
        self._on_start()
        log.info("listening on %s; browsers reach it at %s", self._address, self._public_url)

    def _exit(self, _server: object, _worker: object) -> None:
        self._on_exit()
