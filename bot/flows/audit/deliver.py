"""Send each event to the audit webhook: in order, at least once, by one worker at a time.

An event is sent again until the receiver takes it, and none goes before. How far it came is written after each page, so
after a crash the receiver sees some events twice, with the same numbers.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain import retry
from bot.domain.audit.entry import as_json
from bot.flows.audit import chain
from bot.ports import Claim, Clock, Lag, Receiver, UnitOfWork

CLAIM = timedelta(seconds=30)  # then another worker takes over
POST_MOST = timedelta(seconds=15)  # more than a receiver has for its answer
PAGE = 100
BRIEFLY = timedelta(seconds=1)  # a longer wait is written down, so that it's the same for all workers

Pause = Callable[[timedelta], bool]
"""Waits that long; True if the worker is stopping."""


@dataclass(frozen=True, slots=True)
class Delivery:
    work: UnitOfWork
    clock: Clock
    worker: str
    receiver: Receiver

    def step(self, pause: Pause, measure: Callable[[Lag], None] = lambda _: None) -> bool:
        """Send a page of events, if there is one and no other worker sends. True if there may be more at once."""
        chain.number(self.work)
        more = self._page(pause)
        with self.work.begin() as tx:
            lag = tx.chain.lag()
        measure(lag)
        return more

    def _page(self, pause: Pause) -> bool:
        now = self.clock.now()
        with self.work.begin() as tx:
            claim = tx.chain.claim(self.worker, now, now + CLAIM)
            page = tx.chain.after(claim.sent, PAGE) if claim else ()
        if claim is None:
            return False
        until = now + CLAIM
        for entry in page:
            if self.clock.now() + POST_MOST > until:
                until = self.clock.now() + CLAIM
                if not self._extend_claim(claim, until):
                    return True
            tries = self._post(as_json(entry.line()).encode("ascii"), claim.tries, pause)
            if tries or pause(timedelta(0)):
                taken = claim if tries else Claim(entry.seq, 0)
                self._release(taken, tries)
                return False
            claim = Claim(entry.seq, 0)
        self._release(claim, 0)
        return len(page) == PAGE

    def _post(self, body: bytes, tries: int, pause: Pause) -> int:
        """0 if it was taken, else how often it has failed by now."""
        while self.receiver.post(body) is not None:
            tries += 1
            wait = retry.wait(retry.AUDIT_WEBHOOK, tries)
            if wait > BRIEFLY or pause(wait):
                return tries
        return 0

    def _extend_claim(self, claim: Claim, until: datetime) -> bool:
        with self.work.begin() as tx:
            return tx.chain.extend_claim(self.worker, claim, until)

    def _release(self, claim: Claim, tries: int) -> None:
        due = retry.next_attempt(self.clock.now(), retry.AUDIT_WEBHOOK, tries) if tries else None
        with self.work.begin() as tx:
            tx.chain.release(self.worker, Claim(claim.sent, tries), due)
