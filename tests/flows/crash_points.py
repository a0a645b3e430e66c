"""Crash points in every port: the process dies before or after any call that leaves it, and around every commit."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bot.domain.ids import DeliveryId
from bot.ports import Transaction, UnitOfWork
from tests.fakes import Crash
from tests.flows.world import World


class Fuse:
    """Crashes at one step, counted from 0; without one it only counts."""

    def __init__(self, at: int | None = None) -> None:
        self.at, self.steps = at, 0

    def pass_(self) -> None:
        self.steps += 1
        if self.at is not None and self.steps > self.at:
            self.at = None
            raise Crash(f"step {self.steps - 1}")


class FusedPort:
    """Each method of a port between two crash points."""

    def __init__(self, port: Any, fuse: Fuse) -> None:
        self._port, self._fuse = port, fuse

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._port, name)
        if not callable(found):
            return found

        def call(*args: Any, **words: Any) -> Any:
            self._fuse.pass_()
            answer = found(*args, **words)
            self._fuse.pass_()
            return answer

        return call


class FusedWork:
    """Before the commit everything is rolled back, after it everything is stored."""

    def __init__(self, work: UnitOfWork, fuse: Fuse) -> None:
        self._work, self._fuse = work, fuse

    @contextmanager
    def begin(self, delivery: DeliveryId | None = None) -> Iterator[Transaction]:
        with self._work.begin(delivery) as tx:
            yield tx
            self._fuse.pass_()
        self._fuse.pass_()

    def anybody_preapproved(self) -> bool:
        return self._work.anybody_preapproved()

    def erase_traces(self) -> bool:
        self._fuse.pass_()
        erased = self._work.erase_traces()
        self._fuse.pass_()
        return erased


@contextmanager
def fused(world: World, fuse: Fuse) -> Iterator[None]:
    """The process with crash points; afterwards another one runs without them."""
    parts: dict[str, Any] = {name: getattr(world, name) for name in ("work", "iam", "notifier", "entropy", "people")}
    for name, part in parts.items():
        setattr(world, name, FusedWork(part, fuse) if name == "work" else FusedPort(part, fuse))
    try:
        yield
    finally:
        for name, part in parts.items():
            setattr(world, name, part)
