"""The worker's two drivers: a loop that mints and sends at once, and intervals that call sweeps over due rows."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from bot.domain.credential import Credential
from bot.domain.ids import CredentialId, GrantId
from bot.domain.schedule import HEARTBEAT_EVERY
from bot.ports import Clock, Work

log = structlog.get_logger(__name__)

POLL_SECONDS = 0.25
SEND_SECONDS = 0.25
SCHEMA_SECONDS = 2.0
MINTS_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Sweep:
    name: str
    seconds: float
    run: Callable[[], int]


class Worker:
    """Runs until `stop`. Two of them are harmless: rows are the queue, conditional UPDATEs the lock."""

    def __init__(
        self,
        *,
        name: str,
        work: Work,
        clock: Clock,
        mint: Callable[[CredentialId], bool],
        send: Callable[[], int],
        sweeps: tuple[Sweep, ...],
        at_head: Callable[[], bool],
    ) -> None:
        self.name = name
        self._work, self._clock = work, clock
        self._mint, self._send, self._at_head = mint, send, at_head
        self._stopping = threading.Event()
        self._woken = threading.Event()
        self._to_send = threading.Event()
        self._ready = threading.Event()
        self._busy: set[GrantId] = set()
        self._guard = threading.Lock()
        self._pool = ThreadPoolExecutor(MINTS_AT_ONCE, thread_name_prefix="mint")
        self._threads = [
            threading.Thread(target=self._run, name=label, args=(label, step, seconds, woken), daemon=True)
            for label, step, seconds, woken in (
                ("heartbeat", self._beat, HEARTBEAT_EVERY.total_seconds(), threading.Event()),
                ("mint-loop", self._hand_out, POLL_SECONDS, self._woken),
                ("outbox", self._empty_outbox, SEND_SECONDS, self._to_send),
            )
        ]
        self._scheduler = BackgroundScheduler(timezone="UTC")
        for sweep in sweeps:
            self._scheduler.add_job(
                _guarded(sweep),
                "interval",
                seconds=sweep.seconds,
                id=sweep.name,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
            )

    def start(self) -> None:
        """Returns at once; work begins when the database is at head."""
        threading.Thread(target=self._start_when_ready, name="start", daemon=True).start()

    def wake(self) -> None:
        """Something was written that this process knows of: look now instead of at the next poll."""
        self._woken.set()
        self._to_send.set()

    def running(self) -> bool:
        return self._ready.is_set() and all(each.is_alive() for each in self._threads)

    def stop(self) -> None:
        """Take nothing new, finish what was begun."""
        self._stopping.set()
        self.wake()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
        self._pool.shutdown(wait=True, cancel_futures=True)
        for each in self._threads:
            if each.is_alive():
                each.join(timeout=10)

    def _start_when_ready(self) -> None:
        said = False
        while not self._stopping.is_set():
            if self._head():
                for each in self._threads:
                    each.start()
                self._scheduler.start()
                self._ready.set()
                return
            if not said:
                log.error("the database is not at this release's schema; run `latchkey migrate`. No work is taken")
                said = True
            self._stopping.wait(SCHEMA_SECONDS)

    def _head(self) -> bool:
        try:
            return self._at_head()
        except Exception:
            log.exception("the database does not answer")
            return False

    def _run(self, label: str, step: Callable[[], bool], seconds: float, woken: threading.Event) -> None:
        while not self._stopping.is_set():
            try:
                more = step()
            except Exception:
                log.exception("a step of the worker failed", loop=label)
                more = False
            if not more:
                if label == "heartbeat":
                    self._stopping.wait(seconds)
                else:
                    woken.wait(seconds)
                    woken.clear()

    def _beat(self) -> bool:
        with self._work.begin() as tx:
            tx.beat(self.name, self._clock.now())
        return False

    def _hand_out(self) -> bool:
        with self._work.begin() as tx:
            wanted = tx.credentials.wanted(self._clock.now(), MINTS_AT_ONCE * 2)
        for each in wanted:
            with self._guard:
                if each.grant in self._busy or len(self._busy) >= MINTS_AT_ONCE:
                    continue
                self._busy.add(each.grant)
            self._pool.submit(self._one, each)
        return False

    def _one(self, credential: Credential) -> None:
        """One at a time per IAM user: two CreateAccessKey at once can leave a user with three keys."""
        try:
            self._mint(credential.id)
        except Exception:
            log.exception("a mint failed", credential=credential.id)
        finally:
            with self._guard:
                self._busy.discard(credential.grant)
            self._to_send.set()

    def _empty_outbox(self) -> bool:
        return self._send() > 0


def _guarded(sweep: Sweep) -> Callable[[], None]:
    def run() -> None:
        try:
            if done := sweep.run():
                log.info("swept", sweep=sweep.name, rows=done)
        except Exception:
            log.exception("a sweep failed", sweep=sweep.name)

    return run
