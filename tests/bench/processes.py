"""Processes started by a benchmark and always ended: each in its own session, with its output kept for errors."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psutil
import urllib3

from bot.sandbox.latchkey_process import clean_environment, free_port

TREE = Path(__file__).parents[2]
PATIENCE = 60  # seconds


@dataclass(frozen=True, slots=True)
class Served:
    process: "subprocess.Popen[bytes]"
    port: int
    log: Path

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def said(self) -> str:
        return self.log.read_text(errors="replace")


@contextmanager
def served(module: str, folder: Path, env: Mapping[str, str], probe: str = "/healthz") -> Iterator[Served]:
    """`python -m module` with PORT set, from when it answers `probe` until the end of the block."""
    port = free_port()
    log = folder / f"{module}-{port}.log"
    whole = clean_environment(os.environ) | {"PYTHONPATH": str(TREE), "PORT": str(port)} | dict(env)
    with log.open("wb") as sink:
        process = subprocess.Popen(
            [sys.executable, "-m", module], env=whole, cwd=folder, stdin=subprocess.DEVNULL, stdout=sink, stderr=sink,
            start_new_session=True,
        )  # fmt: skip
    found = Served(process, port, log)
    try:
        _wait_for(found, probe)
        yield found
        assert "Traceback" not in found.said(), found.said()
    finally:
        _end(process)


def _wait_for(served: Served, probe: str) -> None:
    patience = time.monotonic() + PATIENCE
    with urllib3.PoolManager(retries=False, timeout=2) as http:
        while time.monotonic() < patience and served.process.poll() is None:
            with suppress(urllib3.exceptions.HTTPError):
                if http.request("GET", f"{served.url}{probe}").status == 200:
                    return
            time.sleep(0.05)
    raise AssertionError(f"{served.log.name} does not answer:\n{served.said()}")


def _end(process: "subprocess.Popen[bytes]") -> None:
    process.terminate()
    with suppress(subprocess.TimeoutExpired):
        process.wait(PATIENCE)
    with suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def processor(pid: int) -> float:
    """CPU seconds so far, of the process and its descendants that live."""
    seconds = 0.0
    for each in (psutil.Process(pid), *psutil.Process(pid).children(recursive=True)):
        with suppress(psutil.NoSuchProcess):  # PostgreSQL's helpers come and go
            times = each.cpu_times()
            seconds += times.user + times.system
    return seconds
