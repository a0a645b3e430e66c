"""Latchkey all in one, idle: memory and CPU, compared with a gunicorn that only has its libraries."""

import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import psutil

from bot.sandbox.environment import set_up
from tests.bench.figures import Cell, Figures
from tests.bench.processes import processor, served

SECONDS, SETTLING = 30.0, 5.0
HEAD = ("", "PSS MB", "RSS MB", "% of a core", "processes", "threads")
MEGABYTE = 1024 * 1024


@dataclass(frozen=True, slots=True)
class Idle:
    pss: float
    rss: float
    processor: float
    processes: int
    threads: int

    def row(self, name: str) -> tuple[Cell, ...]:
        return (name, self.pss, self.rss, self.processor, str(self.processes), str(self.threads))


def measure(seconds: float = SECONDS) -> list[Figures]:
    with set_up(dict(os.environ), port=0, log_level="INFO") as stage:
        ours = watch(stage.latchkey._process.pid, seconds)
    with (
        tempfile.TemporaryDirectory(prefix="latchkey-bench-") as folder,
        served("tests.bench.bare_process", Path(folder), {}) as bare,
    ):
        floor = watch(bare.process.pid, seconds)
    rows = (ours.row("python -m bot"), floor.row("gunicorn, Bolt, boto3"))
    notes = (
        f"memory {ours.pss / floor.pss:.2f} of the floor; idle for {seconds:.0f} s, {SETTLING:.0f} s after the start",
        "PSS and RSS are sums over the process tree; RSS counts shared pages once for each process",
    )
    return [Figures("Idle", HEAD, rows, notes)]


def watch(pid: int, seconds: float) -> Idle:
    """The process and all its descendants."""
    time.sleep(SETTLING)
    tree = [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]
    before, began = processor(pid), time.perf_counter()
    time.sleep(seconds)
    share = 100 * (processor(pid) - before) / (time.perf_counter() - began)
    memory = [each.memory_full_info() for each in tree]
    pss, rss = (sum(getattr(each, kind) for each in memory) / MEGABYTE for kind in ("pss", "rss"))
    return Idle(pss, rss, share, len(tree), sum(each.num_threads() for each in tree))
