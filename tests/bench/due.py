"""The worker's frequent queries with nothing due after years of use, compared with a primary-key look-up.

The queries aren't listed here: every sweep of the schedule runs, and the statements that it sends are captured.
"""

import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import Connection, Engine, event

from bot.domain.errors import AwsError
from bot.domain.ids import AccountName
from bot.ports import Person, UnitOfWork
from bot.runtime.bootstrap import SystemClock, SystemEntropy
from bot.runtime.schedule import sweeps
from bot.store.engine import make_engine
from bot.store.schema import upgrade
from bot.store.work import SqlUnitOfWork
from tests import postgres
from tests.bench import old_ledger
from tests.bench.figures import Cell, Figures, median
from tests.fakes import TEAM, FakeClock, FakeIam, FakePeople
from tests.flows.aws_context import aws_context
from tests.flows.catalog import catalog

GRANTS, USERS = 200_000, 20_000
ROUNDS = 15
LONGEST_MS = 1.0
HEAD = ("asked by", "statement", "median ms", "of a look-up", "pages")
BETWEEN = ("mint-loop", "outbox", "storm-message", "usage")


@dataclass(frozen=True, slots=True)
class Asked:
    """One statement as the driver got it, and the sweep that sent it."""

    sweep: str
    statement: str
    parameters: Any

    @property
    def head(self) -> str:
        """The table that it reads or changes first, and its conditions."""
        words = " ".join(self.statement.split())
        verb = words.split(" ", 1)[0]
        return f"{verb} {words[words.index(' FROM ') + 6 :]}" if verb == "SELECT" else words


class Silent(FakeIam):
    """AWS doesn't answer: the queries before an AWS call are sent, and nothing changes."""

    def _call(self, call: str, *_about: str) -> AbstractContextManager[None]:
        raise AwsError(call)


class Everybody(FakePeople):
    def find(self, person: Any) -> Person:
        return Person(person, TEAM, full_member=True, time_zone="UTC")


def schedule(work: UnitOfWork) -> Mapping[str, Callable[[], int]]:
    """Every sweep by name, with the queries of the worker's loops and of the bulk tear-down message."""
    clock, iam = SystemClock(), Silent(FakeClock())
    context = aws_context(work, clock, SystemEntropy(), Everybody(), catalog(), iam)  # type: ignore[arg-type]
    whole = sweeps(context)

    def mint_loop() -> int:
        with work.begin() as tx:
            return len(tx.credentials.to_issue(clock.now(), 16))

    def outbox() -> int:
        with work.begin() as tx:
            return len(tx.outbox.due(clock.now(), 20))

    def storm_message() -> int:
        with work.begin() as tx:
            return sum(tx.grants.count_ended(AccountName(old_ledger.ACCOUNT), clock.now(), None))

    def usage() -> int:
        with work.begin() as tx:
            incidents = tx.incidents.reading_due(clock.now(), 1)
            due = tx.usages.due(context.catalog.accounts, clock.now(), 1)
            return len(incidents) + len(tx.usages.open_asks(1)) + len(due)

    between = (mint_loop, outbox, storm_message, usage)
    return {each.name: each.run for each in whole} | dict(zip(BETWEEN, between, strict=True))


def asked(engine: Engine, *, warm: int = 2) -> tuple[Asked, ...]:
    """What each sweep sends with nothing due. Runs it `warm` times before, because a first run does more."""
    work = SqlUnitOfWork(engine, SystemClock())
    whole = schedule(work)
    for _ in range(warm):
        for run in whole.values():
            run()
    caught: list[Asked] = []
    for name, run in whole.items():
        with _caught(engine, name, caught):
            run()
    return tuple({(each.sweep, each.statement): each for each in caught}.values())


@contextmanager
def _caught(engine: Engine, name: str, into: list[Asked]) -> Iterator[None]:
    def catch(_c: Any, _cursor: Any, statement: str, parameters: Any, _context: Any, many: bool) -> None:
        if not statement.startswith("BEGIN"):
            into.append(Asked(name, statement, parameters[0] if many else parameters))

    event.listen(engine, "before_cursor_execute", catch)
    try:
        yield
    finally:
        event.remove(engine, "before_cursor_execute", catch)


def plan(connection: Connection, each: Asked) -> dict[str, Any]:
    """PostgreSQL's plan, with real execution times; rolled back."""
    with connection.begin() as transaction:
        found = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {each.statement}", each.parameters)
        told = found.scalar_one()
        transaction.rollback()
    whole: dict[str, Any] = (json.loads(told) if isinstance(told, str) else told)[0]["Plan"]
    return whole


def nodes(plan: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    yield plan
    for each in plan.get("Plans", ()):
        yield from nodes(each)


def pages(plan: Mapping[str, Any]) -> int:
    return int(plan["Shared Hit Blocks"]) + int(plan["Shared Read Blocks"])


def milliseconds(connection: Connection, each: Asked) -> float:
    found = []
    for _ in range(ROUNDS):
        with connection.begin() as transaction:
            began = time.perf_counter()
            result = connection.exec_driver_sql(each.statement, each.parameters)
            if result.returns_rows:
                result.fetchall()
            found.append((time.perf_counter() - began) * 1000)
            transaction.rollback()
    return median(found)


LOOK_UP = Asked("(floor)", "SELECT * FROM grants WHERE id = %(id)s", {"id": f"g{GRANTS // 2}"})


def measure(grants: int = GRANTS, users: int = USERS) -> list[Figures]:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    with postgres.running() as server:
        server.create("aged", template="template0")
        upgrade(server.url("aged"))
        engine = make_engine(server.url("aged"))
        try:
            old_ledger.fill(engine, grants, users)
            questions = asked(engine)
            old_ledger.vacuum(engine)
            with engine.connect() as connection:
                floor = milliseconds(connection, LOOK_UP)
                rows = [(each, milliseconds(connection, each), pages(plan(connection, each))) for each in questions]
        finally:
            engine.dispose()
    rows.sort(key=lambda row: -row[1])
    late = sum(found > LONGEST_MS for _, found, _ in rows)
    shown: list[tuple[Cell, ...]] = [("(floor)", "one grant by its primary key", floor, 1.0, 4.0)]
    shown += [(each.sweep, each.head[:40], found, found / floor, float(read)) for each, found, read in rows[:25]]
    notes = (
        f"{len(rows)} statements of {len({each.sweep for each, *_ in rows})} sweeps; the {min(25, len(rows))} slowest",
        f"over {LONGEST_MS} ms: {late}",
    )
    return [
        Figures(
            f"Due queries with nothing due: {grants:,} grants, {3 * grants:,} outbox rows", HEAD, tuple(shown), notes
        )
    ]
