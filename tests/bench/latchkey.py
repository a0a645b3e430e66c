"""Latchkey's web process as `latchkey web` starts it, but with two gunicorn workers on loopback."""

import os
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

from flask import Flask

from bot.web.server import Server


class Workers(Server):
    """The baselines run on it too, so that gunicorn is the same for both."""

    def __init__(self, make: Callable[[], Flask], port: int, workers: int = 2) -> None:
        self._mine = {"workers": workers, "bind": f"127.0.0.1:{port}"}
        here = {"listens_on": "127.0.0.1", "port": port, "public_url": f"http://127.0.0.1:{port}", "proxy_hops": 0}
        settings: Any = SimpleNamespace(**here)  # the baselines have no settings
        super().__init__(make, settings)

    def load_config(self) -> None:
        super().load_config()
        for name, value in self._mine.items():
            self.cfg.set(name, value)


def main() -> None:
    from bot.config.settings import Role
    from bot.main import make_web
    from bot.runtime.bootstrap import Parts, boot

    settings, catalog = boot(os.environ, Role.WEB)
    Workers(lambda: make_web(Parts(settings, catalog)), settings.port).run()


if __name__ == "__main__":
    main()
