"""Shared by the workers of one test run: created by the first that needs it, while the others wait."""

import fcntl
import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

SHARED_MEMORY, ENOUGH_BYTES = Path("/dev/shm"), 4 << 30


def in_memory() -> Path | None:
    """A folder where writing and closing a database waits for no disk, if this machine has one with enough room."""
    return SHARED_MEMORY if SHARED_MEMORY.is_dir() and shutil.disk_usage(SHARED_MEMORY).free > ENOUGH_BYTES else None


@dataclass(frozen=True)
class Shared:
    """A folder of the run. Without workers it is the process's own, and the same steps work."""

    folder: Path

    @contextmanager
    def locked(self, name: str) -> Iterator[Path]:
        """One worker at a time; returns the path of a shared note."""
        with (self.folder / f"{name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield self.folder / name

    @contextmanager
    def used(self, name: str, start: Any, stop: Any) -> Iterator[dict[str, Any]]:
        """The value of `start()` for a server.

        The last worker to leave calls `stop` with it; a dead worker counts as gone.
        """
        mine = self.folder / f"{name}.{os.getpid()}"
        with self.locked(name) as note:
            if not note.exists():
                note.write_text(json.dumps(start()))
            said: dict[str, Any] = json.loads(note.read_text())
            mine.touch()
        try:
            yield said
        finally:
            with self.locked(name) as note:
                mine.unlink()
                if not any(map(alive, self.folder.glob(f"{name}.[0-9]*"))):
                    note.unlink()
                    stop(said)


def alive(user: Path) -> bool:
    with suppress(ProcessLookupError):
        os.kill(int(user.suffix[1:]), 0)
        return True
    return False


def of_this_run(temporary: pytest.TempPathFactory) -> Shared:
    """pytest-xdist gives each worker a folder below the run's own."""
    base = temporary.getbasetemp()
    return Shared(base.parent if "PYTEST_XDIST_WORKER" in os.environ else base)
