"""A whole Latchkey: its real processes between a fake Slack and a fake AWS, all ended afterwards."""

import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Engine, text

import bot
from bot.sandbox.aws import AwsStandIn
from bot.sandbox.slack import StandIn
from bot.slack.manifest import scopes
from bot.store.engine import make_engine
from tests.processes.running import (
    APP_TOKEN,
    BOT_TOKEN,
    METRICS_TOKEN,
    SIGNING_SECRET,
    Running,
    environment,
    free_port,
    until,
)
from tests.whole.proxy import Door, opened

ENDS_WITHIN = 40  # seconds, slightly more than gunicorn's own graceful_timeout
SLOWER = 20  # times: a busy machine doesn't violate Slack's three seconds
CHECKOUT = str(Path(bot.__file__).parents[1])


BEGAN = time.time()


def unhurried() -> float:
    return BEGAN + (time.time() - BEGAN) / SLOWER


@dataclass(repr=False)
class House:
    """`aws_door` is the workers' AWS, `slack_door` is in front of Slack's server."""

    home: Path
    database: str
    aws: AwsStandIn
    aws_url: str
    aws_door: Door
    slack: StandIn
    slack_door: Door
    port: int = field(default_factory=free_port)
    running: list[Running] = field(default_factory=list)
    log_level: str = "INFO"

    def __post_init__(self) -> None:
        self.engine: Engine = make_engine(self.database)

    # --- processes ----------------------------------------------------------------------------------------------

    def web(self, *, more: bool = False) -> Running:
        """In HTTP mode. The first one listens at PUBLIC_URL; `more` of them use other ports."""
        port = free_port() if more else self.port
        made = self._start("web", port, PORT=str(port), SLACK_SIGNING_SECRET=SIGNING_SECRET)
        made.wait_for("/readyz", 200)
        self.slack.deliver_to(f"http://127.0.0.1:{port}/slack/events")
        return made

    def worker(self, *, wait: bool = True) -> Running:
        port = free_port()
        made = self._start("worker", port, WORKER_PORT=str(port), **self._of_aws())
        if wait:
            beating(made)
        return made

    def everything(self) -> Running:
        """`python -m bot` in Socket Mode."""
        made = self._start("", self.port, PORT=str(self.port), SLACK_APP_TOKEN=APP_TOKEN, **self._of_aws())
        beating(made)
        until(lambda: self.slack.socket.connected, "Socket Mode is connected")
        return made

    def _of_aws(self) -> dict[str, str]:
        key, secret = self.aws.admin
        return {
            "AWS_ENDPOINT_URL": self.aws_url,
            "AWS_ACCESS_KEY_ID": key,
            "AWS_SECRET_ACCESS_KEY": secret,
            "AWS_DEFAULT_REGION": self.aws.region,
        }

    def _start(self, command: str, port: int, **more: str) -> Running:
        env = environment(
            self.home, PYTHONPATH=CHECKOUT, PUBLIC_URL=f"http://127.0.0.1:{self.port}", DATABASE_URL=self.database,
            METRICS_TOKEN=METRICS_TOKEN,
            SLACK_BOT_TOKEN=BOT_TOKEN, SLACK_API_URL=self.slack.api_url, LOG_LEVEL=self.log_level, **more,
        )  # fmt: skip
        log = self.home / f"{command or 'all'}-{len(self.running)}.log"
        with log.open("wb") as sink:
            process = subprocess.Popen(
                [sys.executable, "-m", "bot", *([command] if command else [])],
                env=env, cwd=self.home, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink, start_new_session=True,
            )  # fmt: skip
        self.running.append(Running(process, log, port))
        return self.running[-1]

    def end(self) -> None:
        """Gracefully, otherwise by force; nothing in their process groups outlives this."""
        self.aws_door.clear()
        self.slack_door.clear()
        for each in self.running:
            if not each.died():
                each.process.terminate()
        for each in self.running:
            with contextlib.suppress(subprocess.TimeoutExpired):
                each.process.wait(ENDS_WITHIN)
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(each.process.pid, signal.SIGKILL)
            each.process.wait()
        self.engine.dispose()

    # --- the ledger ---------------------------------------------------------------------------------------------

    def rows(self, statement: str, **words: Any) -> list[Any]:
        with self.engine.begin() as connection:
            return list(connection.execute(text(statement), words))

    def tell(self, *statements: str, **words: Any) -> None:
        with self.engine.begin() as connection:
            for each in statements:
                connection.execute(text(each), words)


def beating(worker: Running) -> None:
    """Until it is ready, with a heartbeat recent enough for Collect."""

    def fresh() -> bool:
        age = worker.ready().get("worker_heartbeat_seconds")
        return age is not None and age < 5

    worker.wait_for("/readyz", 200)
    until(fresh, "its heart beats")


Build = Callable[..., House]


@contextmanager
def built(home: Path, database: str, aws: AwsStandIn, **more: Any) -> Iterator[House]:
    """Slack grants exactly the manifest's scopes, and is as patient as a busy machine needs."""
    with ExitStack() as ending:
        slack = ending.enter_context(StandIn(scopes=scopes(), clock=unhurried, ack_seconds=3.0 * SLOWER))
        assert slack._server is not None
        slack_door = slack._server.app = Door(slack._server.app)
        assert aws._server is not None
        aws_door = Door(aws._server.app)
        house = House(home, database, aws, ending.enter_context(opened(aws_door)), aws_door, slack, slack_door, **more)
        ending.callback(house.end)
        yield house
