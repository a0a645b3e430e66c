"""gunicorn, configured in code: gthread, one worker where loops run beside it, and a clean end."""

from collections.abc import Callable
from typing import Any

from flask import Flask
from gunicorn.app.base import BaseApplication

THREADS = 16
GRACEFUL_SECONDS = 30  # work after an ack is lost when this is short


class Server(BaseApplication):  # type: ignore[misc]
    """`make` is called after the fork, so that engines, pools and clients belong to the process that uses them."""

    def __init__(
        self,
        make: Callable[[], Flask],
        *,
        bind: str,
        workers: int,
        on_start: Callable[[], None] | None = None,
        on_exit: Callable[[], None] | None = None,
    ) -> None:
        self._make, self._on_start, self._on_exit = make, on_start, on_exit
        self._options: dict[str, Any] = {
            "bind": bind,
            "workers": workers,
            "threads": THREADS,
            "worker_class": "gthread",
            "preload_app": False,
            "graceful_timeout": GRACEFUL_SECONDS,
            "timeout": 60,
            "keepalive": 5,
            "accesslog": None,
            "loglevel": "warning",
            "post_worker_init": self._started,
            "worker_exit": self._exit,
            "control_socket_disable": True,
        }
        super().__init__()

    def load_config(self) -> None:
        for name, value in self._options.items():
            if name in self.cfg.settings:
                self.cfg.set(name, value)

    def load(self) -> Flask:
        return self._make()

    def _started(self, _worker: object) -> None:
        if self._on_start is not None:
            self._on_start()

    def _exit(self, _server: object, _worker: object) -> None:
        if self._on_exit is not None:
            self._on_exit()
