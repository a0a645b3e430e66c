"""Wrong proofs in bulk: somebody is guessing at the one-time page. One audit event an hour, with their number."""

import threading
from datetime import datetime, timedelta

from bot.domain.events import LATCHKEY, Tag
from bot.ports import Clock, UnitOfWork

SPAN = timedelta(hours=1)
MANY = 20  # in a span, of this process: a person who mistypes nothing does not get there
PAGE = "one-time page"  # the subject: a wrong proof names no envelope that could be believed


class WrongProofs:
    """Counts those of this process."""

    def __init__(self, work: UnitOfWork, clock: Clock) -> None:
        self._work, self._clock = work, clock
        self._begun: datetime | None = None
        self._count = 0
        self._guard = threading.Lock()

    def note(self) -> None:
        now = self._clock.now()
        with self._guard:
            if self._begun is None or not timedelta(0) <= now - self._begun < SPAN:
                self._begun, self._count = now, 0
            self._count += 1
            count = self._count
        if count % MANY:
            return
        with self._work.begin() as tx:
            if tx.once("wrong-proofs", now, now - SPAN):
                tx.record(Tag.PROOFS_WRONG, PAGE, by=LATCHKEY, at=now, facts={"count": f"{count} or more"})
