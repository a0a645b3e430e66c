"""Work for a worker under test, and how to wait for it."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from bot.domain.ids import CredentialId, GrantId
from bot.domain.schedule import CLAIM_WITHIN
from bot.flows.audit.deliver import Pause
from bot.runtime.worker import Sweep, Worker
from bot.store.work import SqlUnitOfWork
from tests.fakes import FakeClock
from tests.store.rows import a_credential, a_grant, plant, plant_grants

LONG = 20  # seconds until the test gives up
FAR = 3600.0


class Hands:
    """The worker's tasks, each with an event that says that it was done."""

    def __init__(self, work: SqlUnitOfWork, clock: FakeClock) -> None:
        self.work, self.clock = work, clock
        self.minted: list[CredentialId] = []
        self.at_once: dict[GrantId, int] = {}
        self.most_at_once = 0
        self.began, self.may_end, self.ended = threading.Event(), threading.Event(), threading.Event()
        self.sent, self.swept = threading.Event(), threading.Event()
        self.head = threading.Event()
        self.head.set()
        self.may_end.set()

    def mint(self, credential: CredentialId) -> bool:
        with self.work.begin() as tx:
            if not tx.credentials.claim(credential, "w1", self.clock.now()):
                return False
        self.began.set()
        assert self.may_end.wait(LONG)
        self.minted.append(credential)
        self.ended.set()
        return True

    def send(self) -> int:
        self.sent.set()
        return 0

    def sweep(self) -> int:
        self.swept.set()
        return 1

    def worker(
        self,
        work: object = None,
        *sweeps: Sweep,
        deliver: Callable[[Pause], bool] | None = None,
        read_usage: Callable[[], bool] = lambda: False,
    ) -> Worker:
        return Worker(
            name="w1",
            work=work or self.work,  # type: ignore[arg-type]
            clock=self.clock,
            mint=self.mint,
            send=self.send,
            sweeps=sweeps or (Sweep("look", FAR, self.sweep),),
            at_head=self.head.is_set,
            deliver=deliver,
            read_usage=read_usage,
        )


@contextmanager
def at_work(worker: Worker) -> Iterator[Worker]:
    worker.start()
    try:
        yield worker
    finally:
        worker.stop()


def an_intent(hands: Hands, name: str = "c1", grant: str = "g1") -> None:
    plant_grants(hands.work, a_grant(grant, f"r-{grant}"))
    plant(hands.work, a_credential(name, grant, wanted_until=hands.clock.now() + CLAIM_WITHIN))


def until(true: Callable[[], bool]) -> None:
    """Waits on an event that is never set, in small steps."""
    never = threading.Event()
    for _ in range(LONG * 50):
        if true():
            return
        never.wait(0.02)
    raise AssertionError("it did not happen in time")


def beaten(hands: Hands) -> bool:
    with hands.work.begin() as tx:
        return tx.last_beat(hands.clock.now(), "w1") == hands.clock.now()
