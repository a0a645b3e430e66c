"""Starts processes and ends those left running; none may have printed a traceback or a warning."""

import contextlib
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from bot.sandbox.slack import StandIn
from tests.processes.running import Running, environment, free_port, started

Start = Callable[..., Running]
UGLY = re.compile(r"Traceback|Warning\b")


@pytest.fixture
def start(tmp_path: Path) -> Iterator[Start]:
    """`start("web", DATABASE_URL=…)`; a web listens on its port, a worker on its probe's.

    Use it as the last argument of each test, so that processes end before their dependencies.
    """
    running: list[Running] = []

    def begin(command: str = "", **more: str) -> Running:
        port = free_port()
        where = {"WORKER_PORT" if command == "worker" else "PORT": str(port)}
        running.append(started(tmp_path, command, environment(tmp_path, **where, **more), port))
        return running[-1]

    yield begin
    for each in running:
        if not each.died():
            each.process.kill()
        each.process.wait()
    assert not [line for each in running for line in each.said().splitlines() if UGLY.search(line)]


@pytest.fixture
def slack() -> Iterator[StandIn]:
    with contextlib.ExitStack() as ending:
        yield ending.enter_context(StandIn())
