"""The real Latchkey as a separate process, on loopback only, without the caller's environment."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from typing import IO

import urllib3

from bot.domain.errors import LatchkeyError
from bot.sandbox.example import PACKAGE

KEPT = frozenset({
    "PATH", "HOME", "USER", "LANG", "LANGUAGE", "TZ", "TMPDIR", "TEMP", "TMP", "SYSTEMROOT", "VIRTUAL_ENV",
    "LD_LIBRARY_PATH", "TERM", "COLORTERM", "NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "PYTHONIOENCODING",
    "PYTHONUTF8",
})  # fmt: skip
READY_SECONDS = 90
GRACE_SECONDS = 40  # slightly longer than gunicorn's own graceful_timeout
# Passed as text, because the sandbox may not import the composition root, a layer above it.
# The thread also ends the child when its parent was killed: stdin then reaches end of file.
CODE = """
import os, signal, sys, threading
def ended_with_parent():
    os.read(0, 1)
    os.kill(os.getpid(), signal.SIGTERM)
threading.Thread(target=ended_with_parent, daemon=True).start()
from bot.cli import main
sys.exit(main([]))
"""


def clean_environment(environ: Mapping[str, str]) -> dict[str, str]:
    """The environment without accounts, databases, proxies or AWS files of this machine."""
    kept = {name: value for name, value in environ.items() if name in KEPT or name.startswith("LC_")}
    return kept | {
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        "AWS_EC2_METADATA_DISABLED": "true",
        "NO_PROXY": "*",
        "PYTHONPATH": str(PACKAGE.parent),
        "PYTHONSAFEPATH": "1",
        "PYTHONUNBUFFERED": "1",
    }


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def _sentence(line: str) -> str:
    try:
        told = json.loads(line)
        cause = str(told.get("exception", "")).strip().rpartition("\n")[2]
        return " ".join(each for each in (told["level"], told["logger"], told["event"], cause) if each)
    except (ValueError, KeyError, TypeError, AttributeError):
        return line


class Child:
    """In its own session: Ctrl+C in the terminal reaches the demo, which shuts the child down in order."""

    def __init__(self, env: Mapping[str, str], port: int, folder: Path, *, show_log: bool) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.log = folder / "latchkey.log"
        self._stopping = False
        self._http = urllib3.PoolManager(retries=False)
        sink: IO[bytes] | None = None if show_log else self.log.open("wb")
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-c", CODE], env=dict(env), cwd=folder, stdin=subprocess.PIPE,
                stdout=sink, stderr=sink, start_new_session=True,
            )  # fmt: skip
        finally:
            if sink:
                sink.close()

    @property
    def alive(self) -> bool:
        return self._process.poll() is None

    def last_words(self, lines: int = 15) -> str:
        """The end of its log as sentences; of a traceback only the last line."""
        text = self.log.read_text(errors="replace") if self.log.exists() else ""
        return "\n".join(_sentence(line) for line in text.splitlines()[-lines:])

    def wait_until_ready(self) -> None:
        """Until the page answers and the worker sends heartbeats.

        Raises LatchkeyError with the last lines of its log.
        """
        patience = time.monotonic() + READY_SECONDS
        while not self._ready():
            if not self.alive:
                raise LatchkeyError(f"Latchkey didn't start:\n{self.last_words()}")
            if time.monotonic() > patience:
                raise LatchkeyError(f"Latchkey wasn't ready after {READY_SECONDS} seconds:\n{self.last_words()}")
            time.sleep(0.1)

    def _ready(self) -> bool:
        try:
            answer = self._http.request("GET", f"{self.url}/readyz", timeout=2)
            return answer.status == 200 and json.loads(answer.data).get("worker_heartbeat_seconds") is not None
        except (urllib3.exceptions.HTTPError, ValueError):
            return False

    def stop(self) -> None:
        """Gracefully, otherwise by force; nothing in its process group outlives this."""
        self._http.clear()
        self._process.terminate()
        try:
            self._process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            pass
        finally:
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
            if self._process.stdin:
                self._process.stdin.close()
