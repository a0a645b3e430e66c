"""The outbox's other end, in memory: what Slack accepted, and whose messages it rejects."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.events import Notice
from bot.ports import Posted
from tests.flows.world import World


@dataclass(frozen=True)
class Taken:
    at: datetime
    notice: Notice
    subject: str
    to: str


@dataclass
class Post:
    """`deaf` are places whose messages are rejected. `taken` holds first posts only, without updates."""

    world: World
    deaf: set[str] = field(default_factory=set)
    taken: list[Taken] = field(default_factory=list)

    def deliver(self) -> list[Taken]:
        """Deliver everything that is due. Returns what was newly posted."""
        now, before = self.world.clock.now(), len(self.taken)
        with self.world.work.begin() as tx:
            for each in tx.outbox.due(now, 10_000):
                assert tx.outbox.claim(each.id, now, now + timedelta(minutes=1))
                if each.to not in self.deaf:
                    if tx.messages.shown(each.notice, each.subject, each.to) is None:
                        self.taken.append(Taken(now, each.notice, each.subject, each.to))
                    tx.messages.store(each.notice, each.subject, each.to, Posted(each.to, "1.2", 1), now)
                tx.outbox.mark_delivered(each.id, tx.outbox.wanted_revision(each.id), now)
        return self.taken[before:]

    def count(self, notice: Notice, to: str | None = None) -> int:
        return sum(each.notice is notice and to in {None, each.to} for each in self.taken)
