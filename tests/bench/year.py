"""A year of a hundred people with an injected clock, on SQLite: the size of each table, compared with its retention."""

import tempfile
from dataclasses import dataclass, field
from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import structlog
from sqlalchemy import Engine, func, select

from bot.domain.errors import Refused
from bot.domain.ids import AccessKeyId, DeliveryId, SlackUserId
from bot.domain.replacement.means import Means
from bot.domain.replacement.watch import Watch
from bot.domain.retention import QUARTER, RETENTION, SPANS
from bot.domain.usage.key_usage import Ask, Unread, unread
from bot.flows.audit import refusals
from bot.flows.requests import decide
from bot.store.engine import make_engine
from bot.store.schema import upgrade
from bot.store.tables import metadata
from bot.store.work import SqlUnitOfWork
from tests.bench.figures import Cell, Figures
from tests.fakes import BOB, FakeClock
from tests.flows.catalog import MAIN
from tests.flows.simulation.company import DAY, HOUR, Company
from tests.flows.simulation.people import Owner
from tests.flows.world import World

READ_AFTER = (90, 180, 270, 365)  # days
STEP = 20 * HOUR  # so that each time zone gets its working hours within days
WEEKLY = 10  # people who make a request each week
MORE = 1.3  # maximum growth in a quarter of a table that is kept for at most a quarter
FEW = 20  # too few rows to measure growth
HEAD = ("table", "kept for", *(f"day {each}" for each in READ_AFTER))


@dataclass
class Busy(Company):
    """Every week some request, collect, rotate and give back, or are declined; and found keys come and go."""

    step: timedelta = STEP
    weeks: int = 0
    asked: int = 0
    refused: int = 0
    foreign: list[str] = field(default_factory=list)  # IAM users that exist for a week

    def _use(self) -> None:
        super()._use()
        if self.age // (7 * DAY) > self.weeks:
            self.weeks += 1
            self._week()

    def _week(self) -> None:
        people = list(self.owners.values())
        for place in range(WEEKLY):
            owner = people[(self.weeks * WEEKLY + place * 7) % len(people)]
            self._arrive(f"{self.weeks}-{place}")
            self._look_up(owner.id, f"{self.weeks}-{place}")
            try:
                self._ask(owner, place)
            except Refused as refused:
                self._refuse(owner.id, "request:ask", refused.reason)
        for gone in self.foreign:
            del self.world.iam.users[MAIN.id, gone]
        self.foreign = [f"contractor-{self.weeks}"]
        self.minder.found.reader.user(MAIN, self.foreign[0], tags={"Slack": people[self.weeks % 100].id})
        self.minder.found.reader.key(MAIN, self.foreign[0], age=100 * DAY)

    def _ask(self, owner: Owner, place: int) -> None:
        """A third are declined, a third give back what they rotated, and a third let it expire."""
        world = self.world
        request = world.ask("reports-read", owner.id, "7d")
        self.asked += 1
        self._refuse(owner.id, "request:approve", "not_approver")
        if place % 3 == 0:
            decide.decline(world.context, request=request, by=BOB, justification="not this week", delivery=None)
            return
        world.approve(request)
        with world.work.begin() as tx:
            grant = tx.grants.of_request(request)
        if grant is None:
            raise AssertionError("approved without a grant")
        world.mint(world.collect(grant.id, owner.id).id)
        world.reveal()
        world.receipt()
        if place % 3 == 1:
            self._rotate(Owner(owner.number, owner.key), grant.id)
            world.give_back(grant.id, owner.id)

    def _arrive(self, name: str) -> None:
        with self.world.work.begin(DeliveryId(f"Ev{name}")):
            pass

    def _look_up(self, by: SlackUserId, name: str) -> None:
        """Somebody asks where a key is used and says that it was replaced; it is gone at the next look."""
        now, key = self.world.clock.now(), AccessKeyId(f"AKIA{name}")
        with self.world.work.begin() as tx:
            tx.usages.ask(Ask(f"ask-{name}", MAIN.name, key, by, now))
            tx.usages.store(unread(MAIN.name, key, Unread.DENIED, now))
            tx.usages.mark_answered(f"ask-{name}", now)
            tx.replacements.begin(Watch(f"key-{name}", MAIN.name, name, key, Means.ROLE, by, now, now, now))

    def _refuse(self, by: SlackUserId, action: str, reason: str) -> None:
        refusals.record(self.world.context, by=by, action=action, subject=f"{action}-{self.weeks}", reason=reason)
        self.refused += 1


def measure(days: tuple[int, ...] = READ_AFTER) -> list[Figures]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with tempfile.TemporaryDirectory() as folder:
        url = f"sqlite:///{Path(folder, 'ledger.db')}"
        upgrade(url)
        engine, clock = make_engine(url), FakeClock()
        try:
            company = Busy(World(SqlUnitOfWork(engine, clock), clock))
            counted = [_after(company, engine, each) for each in days]
        finally:
            engine.dispose()
    rows = tuple(_row(table, counted) for table in sorted(metadata.tables, key=lambda name: -counted[-1][name]))
    lived = f"{company.weeks} weeks, {company.asked} requests, {company.refused} refused attempts"
    notes = (
        f"a hundred people, the whole schedule every {STEP // HOUR} hours; {lived}",
        f"after a quarter, what is kept for a quarter at most may not grow by more than {MORE - 1:.0%} in another",
    )
    if grown := [table for table in SPANS if SPANS[table] <= QUARTER and _has_grown(table, counted)]:
        raise AssertionError(f"no end to the rows of {', '.join(grown)}: {counted}")
    return [Figures("Rows after a year", HEAD[: 2 + len(days)], rows, notes)]


def _after(company: Busy, engine: Engine, days: int) -> dict[str, int]:
    company.live(days)
    with engine.connect() as connection:
        tables = metadata.tables.items()
        return {
            name: connection.execute(select(func.count()).select_from(table)).scalar_one() for name, table in tables
        }


def _row(table: str, counted: list[dict[str, int]]) -> tuple[Cell, ...]:
    return (table, _kept(table), *(f"{each[table]:,}" for each in counted))


def _kept(table: str) -> str:
    span = next(each.span for each in RETENTION if each.table == table)
    if span is None:
        return "ever"
    return f"{span // DAY} days" if span >= DAY else f"{int(span.total_seconds() // 60)} minutes"


def _has_grown(table: str, counted: list[dict[str, int]]) -> bool:
    """Once the first rows are deleted, as many go as come."""
    return any(after[table] > FEW + MORE * before[table] for before, after in pairwise(counted[1:]))
