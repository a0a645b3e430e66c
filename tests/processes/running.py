"""Latchkey as a host starts it: `python -m bot …` in a separate folder and environment."""

import atexit
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import urllib3

EXAMPLE = Path(__file__).parents[2] / "catalog.toml"
PATIENCE = 60  # seconds, on a busy machine
HANGS = 300  # seconds: a process that neither answers nor exits for this long never will
BAD_INPUT = 2
BOT_TOKEN, SIGNING_SECRET, APP_TOKEN = "xoxb-sandbox", "sandbox-signing-secret", "xapp-sandbox"
PUBLIC_URL = "http://127.0.0.1:3000"
METRICS_TOKEN = "sandbox-metrics-token"


def free_port() -> int:
    """Reserved until the tests end: a process may listen on it now, later and again."""
    held = reserved()
    atexit.register(held.close)
    return int(held.getsockname()[1])


def reserved() -> socket.socket:
    """A port reserved while this socket is open. A server may listen on it, and no connection gets it by chance.

    A process needs some time until it listens, and meanwhile clients of other tests take free ports.
    """
    held = socket.socket()
    held.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    held.bind(("127.0.0.1", 0))
    return held


def environment(home: Path, **more: str) -> dict[str, str]:
    """Complete except for Slack. Warnings are printed, so that tests see them, except gunicorn's ResourceWarnings."""
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "PYTHONWARNINGS": "default,ignore::ResourceWarning",
        "PYTHONUNBUFFERED": "1",
        "AWS_EC2_METADATA_DISABLED": "true",
        "CATALOG_FILE": str(EXAMPLE),
        "PUBLIC_URL": PUBLIC_URL,
        **more,
    }


def until(asked: Callable[[], Any], what: str, *, patience_seconds: float = PATIENCE) -> None:
    """Bounded waiting for another process."""
    patience = time.monotonic() + patience_seconds
    while not asked():
        assert time.monotonic() < patience, f"it did not happen: {what}"
        time.sleep(0.05)


@dataclass
class Running:
    """A process that stays up, and where it listens."""

    process: "subprocess.Popen[bytes]"
    log: Path
    port: int

    def ask(self, path: str, method: str = "GET", **words: Any) -> tuple[int, Any]:
        """Status and JSON; status 0 while nothing listens."""
        try:
            with urllib3.PoolManager(retries=False, timeout=PATIENCE) as pool:
                answer = pool.request(method, f"http://127.0.0.1:{self.port}{path}", **words)
        except urllib3.exceptions.HTTPError:
            return 0, None
        kind = answer.headers.get("Content-Type", "")
        return answer.status, json.loads(answer.data) if kind == "application/json" else answer.data

    def status(self, path: str) -> int:
        return self.ask(path)[0]

    def ready(self) -> dict[str, Any]:
        return dict(self.ask("/readyz")[1] or {})

    def wait_for(self, path: str, status: int) -> None:
        what = f"{path} answers {status}"
        until(lambda: self.status(path) == status or self.died(), what, patience_seconds=HANGS)
        assert not self.died(), self.said()

    def wait_to_say(self, words: str) -> None:
        until(lambda: words in self.said() or self.died(), f"the log says {words!r}")
        assert words in self.said()

    def died(self) -> bool:
        return self.process.poll() is not None

    def said(self) -> str:
        return self.log.read_text(errors="replace")

    def events(self) -> list[str]:
        """The event of each log line; lines that aren't JSON are returned unchanged."""
        return [_event(line) for line in self.said().splitlines()]

    def listens(self) -> str:
        """What the log says once the web process serves, with the PUBLIC_URL of `environment`."""
        return f"listening on 127.0.0.1:{self.port}; browsers reach it at {PUBLIC_URL}"

    def end(self, number: int = signal.SIGTERM) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


def _event(line: str) -> str:
    try:
        return str(json.loads(line)["event"])
    except (ValueError, KeyError, TypeError):
        return line


def started(
    folder: Path, command: str, env: Mapping[str, str], port: int, *, python: Path | str = sys.executable
) -> Running:
    log = folder / f"{command or 'all'}-{port}.log"
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [python, "-m", "bot", *([command] if command else [])],
            env=dict(env), cwd=folder, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink,
        )  # fmt: skip
    return Running(process, log, port)


def once(
    folder: Path, *words: str, env: Mapping[str, str], python: Path | str = sys.executable
) -> "subprocess.CompletedProcess[str]":
    """A command that exits."""
    return subprocess.run(
        [python, "-m", "bot", *words],
        env=dict(env), cwd=folder, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=PATIENCE,
        check=False,
    )  # fmt: skip
