"""The worker's two drivers: a loop that mints and sends at once, and intervals that run sweeps over due rows."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import structlog
from apscheduler.schedulers.background import BackgroundScheduler

from bot.domain import retry
from bot.domain.credential import Credential
from bot.domain.ids import CredentialId, GrantId
from bot.domain.schedule import CLOCKS_DIFFER, HEARTBEAT_EVERY
from bot.flows.audit.deliver import Pause
from bot.ports import Clock, UnitOfWork

log = structlog.get_logger(__name__)

POLL_SECONDS = 0.25
SEND_SECONDS = 0.25
SCHEMA_SECONDS = 2.0
DELIVER_SECONDS = 1.0
USAGE_SECONDS = 5.0
MINTS_AT_ONCE = 8


@dataclass(frozen=True, slots=True)
class Sweep:
    name: str
    seconds: float
    run: Callable[[], int]
    woken: bool = False  # in a thread of its own, which `Worker.wake` runs at once


@dataclass
class _Loop:
    """One thread that runs a step, then waits until it is woken or the interval ends."""

    name: str
    step: Callable[[], bool]  # True: there is more, don't wait
    seconds: float
    stopping: threading.Event
    woken: threading.Event = field(default_factory=threading.Event)

    def __post_init__(self) -> None:
        self.thread = threading.Thread(target=self._run, name=self.name, daemon=True)
        self._missed = False

    def stop(self) -> None:
        self.stopping.set()
        self.woken.set()
        if self.thread.is_alive():
            self.thread.join()

    def _run(self) -> None:
        while not self.stopping.is_set():
            self.woken.clear()  # before the step, so that a wake-up during it isn't lost
            try:
                more, pause = self.step(), self.seconds
                self._missed = False
            except Exception:  # a thread must survive any error in a step, for example a lost database connection
                more, pause = False, retry.wait(retry.WORKER_LOOP).total_seconds()
                if not self._missed:  # once per outage: an hour without a database must not log an hour of tracebacks
                    log.exception("a worker step failed; retrying every second", loop=self.name)
                self._missed = True
            if not more and not self.stopping.is_set():
                self.woken.wait(pause)


class Worker:
    """Runs until `stop`. Running two is safe: rows are the queue, conditional UPDATEs the lock."""

    def __init__(
        self,
        *,
        name: str,
        work: UnitOfWork,
        clock: Clock,
        mint: Callable[[CredentialId], bool],
        send: Callable[[], int],
        sweeps: tuple[Sweep, ...],
        at_head: Callable[[], bool],
        deliver: Callable[[Pause], bool] | None = None,
        read_usage: Callable[[], bool] = lambda: False,
    ) -> None:
        self.name = name
        self._work, self._clock = work, clock
        self._mint, self._at_head = mint, at_head
        self._stopping = threading.Event()
        self._ready = threading.Event()
        self._busy: set[GrantId] = set()
        self._guard = threading.Lock()
        self._pool = ThreadPoolExecutor(MINTS_AT_ONCE, thread_name_prefix="mint")
        self._starter = threading.Thread(target=self._start_when_ready, name="start", daemon=True)
        self._heart = _Loop("heartbeat", self._beat, HEARTBEAT_EVERY.total_seconds(), threading.Event())
        self._minting = _Loop("mint-loop", self._hand_out, POLL_SECONDS, self._stopping)
        self._sending = _Loop("outbox", lambda: send() > 0, SEND_SECONDS, self._stopping)
        self._usage = _Loop("usage", read_usage, USAGE_SECONDS, self._stopping)  # slow: no sweep waits for it
        self._loops = [self._heart, self._minting, self._sending, self._usage]
        if deliver is not None:
            self._loops.append(_Loop("audit-webhook", lambda: deliver(self._pause), DELIVER_SECONDS, self._stopping))
        self._woken = [
            _Loop(each.name, self._step(each), each.seconds, self._stopping) for each in sweeps if each.woken
        ]
        self._loops += self._woken
        self._sweeps = tuple(each for each in sweeps if not each.woken)
        self._scheduler = BackgroundScheduler(timezone="UTC")

    def start(self) -> None:
        """Returns at once; work begins when the database is at head."""
        self._starter.start()

    def wake(self) -> None:
        """Check for work now instead of at the next poll, because this process has just written some."""
        self._minting.woken.set()
        self._sending.woken.set()
        self._usage.woken.set()
        for loop in self._woken:
            loop.woken.set()

    def running(self) -> bool:
        return self._ready.is_set() and all(each.thread.is_alive() for each in self._loops)

    def stop(self) -> None:
        """Take no new work and finish what is in progress.

        The heartbeat runs to the end: keys still being minted are ours.
        """
        self._stopping.set()
        if self._starter.ident is not None:
            self._starter.join()
        self._minting.stop()
        if self._scheduler.running:
            self._scheduler.shutdown(wait=True)
        self._pool.shutdown(wait=True)
        for loop in reversed(self._loops):
            loop.stop()

    def _pause(self, wait: timedelta) -> bool:
        return self._stopping.wait(wait.total_seconds())

    def _start_when_ready(self) -> None:
        said = False
        while not self._stopping.is_set():
            if self._head():
                self._start()
                return
            if not said:
                log.error(
                    "the database isn't at this release's schema; run `latchkey migrate`. No work is taken until then"
                )
                said = True
            self._stopping.wait(SCHEMA_SECONDS)

    def _start(self) -> None:
        for loop in self._loops:
            loop.thread.start()
        for sweep in self._sweeps:
            self._scheduler.add_job(
                _guarded(sweep),
                "interval",
                seconds=sweep.seconds,
                id=sweep.name,
                coalesce=True,
                max_instances=1,
                misfire_grace_time=None,
                # at once: what became due while no worker ran doesn't wait another interval
                next_run_time=datetime.now(UTC),
            )
        self._scheduler.start()
        self._ready.set()
        log.info("the worker is running")

    def _head(self) -> bool:
        try:
            return self._at_head()
        except Exception:  # any error counts as not at head
            log.exception("the database doesn't answer")
            return False

    def _step(self, sweep: Sweep) -> Callable[[], bool]:
        """What one woken sweep wrote is often due for another."""

        def step() -> bool:
            done = sweep.run()
            if done:
                log.info("swept", sweep=sweep.name, rows=done)
                self.wake()
            return False

        return step

    def _beat(self) -> bool:
        with self._work.begin() as tx:
            tx.beat(self.name, self._clock.now())
        self._pull_back(datetime.now(UTC))
        return False

    def _pull_back(self, now: datetime) -> None:
        """Run now what is scheduled later than its interval allows: the clock was ahead at its last run."""
        for each in self._sweeps if self._scheduler.running else ():
            job = self._scheduler.get_job(each.name)
            if job is not None and job.next_run_time > now + 2 * timedelta(seconds=each.seconds) + CLOCKS_DIFFER:
                self._scheduler.modify_job(each.name, next_run_time=now)

    def _hand_out(self) -> bool:
        with self._work.begin() as tx:
            wanted = tx.credentials.to_issue(self._clock.now(), MINTS_AT_ONCE * 2)
        for each in wanted:
            with self._guard:
                if each.grant in self._busy or len(self._busy) >= MINTS_AT_ONCE:
                    continue
                self._busy.add(each.grant)
            self._pool.submit(self._one, each)
        return False

    def _one(self, credential: Credential) -> None:
        """One at a time for each IAM user: concurrent CreateAccessKey calls can leave a user with three keys."""
        try:
            self._mint(credential.id)
        except Exception:  # the pool would swallow it; the claim expires
            log.exception("a mint failed", credential=credential.id)
        finally:
            with self._guard:
                self._busy.discard(credential.grant)
            self.wake()


def _guarded(sweep: Sweep) -> Callable[[], None]:
    failing = threading.Event()

    def run() -> None:
        try:
            done = sweep.run()
        except Exception:  # APScheduler would log it on each run
            if not failing.is_set():
                log.exception("a sweep failed; the next run retries", sweep=sweep.name)
            failing.set()
        else:
            failing.clear()
            if done:
                log.info("swept", sweep=sweep.name, rows=done)

    return run
