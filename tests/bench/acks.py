"""Acks: Latchkey and a bare Bolt app in turn, on the same gunicorn, PostgreSQL and fast Slack stub."""

import json
import secrets
import tempfile
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import psycopg
import urllib3

from bot.sandbox.slack.deliver import ACK_SECONDS
from bot.store.schema import upgrade
from tests import postgres
from tests.bench.bare_bolt import TABLE
from tests.bench.figures import Cell, Figures, median, quantile
from tests.bench.load import AT_ONCE, Round, fire
from tests.bench.processes import Served, processor, served
from tests.bench.slack_requests import CATALOG, commands, submissions

ROUNDS, REQUESTS = 7, 500  # short pairs of rounds, because a machine is rarely quiet for long
WARMING = 3  # rounds: then nearly every person was looked up in Slack by both workers, as they are when a window opens
FEW = 0.05  # of a round's people
OURS, FLOOR = "ours", "floor"
MODULES = {OURS: "tests.bench.latchkey", FLOOR: "tests.bench.bare_bolt"}
HEAD = ("", "acks/s", "slowest", "fastest", "p50 ms", "p95 ms", "p99 ms", "max ms", "late", "web µs", "db µs")
DRAIN_SECONDS = 20

Count = Callable[[str], int]


@dataclass(frozen=True, slots=True)
class Spent:
    """Processor time for each request, in microseconds, and how many people were looked up in Slack."""

    acks: Round
    web: float
    database: float
    lookups: int

    @property
    def processor(self) -> float:
        return self.web + self.database


@dataclass(frozen=True, slots=True)
class Arena:
    """Both sides, and counters of how often each really did its work."""

    sides: Mapping[str, Served]
    secret: str
    stub: Served
    database: str
    server: int  # PostgreSQL's process id

    def opened(self, side: str) -> int:
        return self.called(side, "views.open")

    def called(self, side: str, method: str) -> int:
        with urllib3.PoolManager() as http:
            found: dict[str, int] = json.loads(http.request("GET", self.stub.url).data)
        return found.get(f"{side}/api/{method}", 0)

    def forget_limits(self) -> None:
        """The same people ask again, as often as needed."""
        with psycopg.connect(self.database) as connection:
            connection.execute("UPDATE request SET dedup_key = NULL WHERE dedup_key IS NOT NULL")
            connection.execute("DELETE FROM rate")

    def written(self, side: str) -> int:
        table = {OURS: "request", FLOOR: "floor"}[side]
        with psycopg.connect(self.database) as connection:
            row = connection.execute(f"SELECT count(*) FROM {table}").fetchone()
        return int(row[0]) if row else 0


@contextmanager
def arena() -> Iterator[Arena]:
    with ExitStack() as ending:
        folder = Path(ending.enter_context(tempfile.TemporaryDirectory(prefix="latchkey-bench-")))
        server = ending.enter_context(postgres.running())
        server.create("bench", template="template0")
        database = server.url("bench")
        upgrade(database)
        with psycopg.connect(database) as connection:
            connection.execute(TABLE)
        stub = ending.enter_context(served("tests.bench.slack_stub", folder, {}, probe="/"))
        secret = secrets.token_hex(16)
        env = {
            "SLACK_BOT_TOKEN": "xoxb-bench", "SLACK_SIGNING_SECRET": secret, "DATABASE_URL": database,
            "PUBLIC_URL": "http://127.0.0.1:3000", "CATALOG_FILE": str(CATALOG),
        }  # fmt: skip
        sides = {
            side: ending.enter_context(served(module, folder, env | {"SLACK_API_URL": f"{stub.url}/{side}/api/"}))
            for side, module in MODULES.items()
        }
        assert server.process is not None
        yield Arena(sides, secret, stub, database, server.process.pid)


def measure(rounds: int = ROUNDS, requests: int = REQUESTS) -> list[Figures]:
    with arena() as here:
        hook = f"{here.stub.url}/response/"
        return [
            _compare(
                here, "/key request, which opens the window", here.opened,
                lambda count: list(commands(count, hook)), rounds, requests,
            ),
            _compare(
                here, "The filled window, one transaction", here.written,
                lambda count: list(submissions(count)), rounds, requests,
            ),
        ]  # fmt: skip


def _compare(
    here: Arena, title: str, effects: Count, bodies: Callable[[int], list[str]], rounds: int, requests: int
) -> Figures:
    for side in here.sides:
        for _ in range(WARMING):
            here.forget_limits()
            _round(here, side, effects, bodies(requests))
    found: dict[str, list[Spent]] = {side: [] for side in here.sides}
    for _ in range(rounds):
        for side in here.sides:
            _know_everybody(here, side, effects, lambda: bodies(requests))
            found[side].append(_spent(here, side, effects, bodies(requests)))
    pairs = list(zip(found[OURS], found[FLOOR], strict=True))
    lookups = sum(each.lookups for each in found[OURS])
    notes = (
        f"ours/floor {_spread(a.acks.per_second / b.acks.per_second for a, b in pairs)}; pairs of rounds: {rounds}",
        f"in processor time, web and database, {_spread(b.processor / a.processor for a, b in pairs)}",
        f"{requests} requests a round, {AT_ONCE} at once, {lookups} of ours with a users.info; late: over 3 s",
    )
    return Figures(title, HEAD, tuple(_row(side, each) for side, each in found.items()), notes)


def _know_everybody(here: Arena, side: str, effects: Count, bodies: Callable[[], list[str]]) -> None:
    """Until few people of a round are looked up: each of our two workers asks for everybody once a minute."""
    for _ in range(WARMING):
        before, asked = here.called(side, "users.info"), bodies()
        here.forget_limits()
        _round(here, side, effects, asked)
        if here.called(side, "users.info") - before < len(asked) * FEW:
            return


def _spread(ratios: Iterable[float]) -> str:
    found = list(ratios)
    return f"{median(found):.2f} ({min(found):.2f} to {max(found):.2f})"


def _spent(here: Arena, side: str, effects: Count, bodies: list[str]) -> Spent:
    def look() -> tuple[float, float, int]:
        return processor(here.sides[side].process.pid), processor(here.server), here.called(side, "users.info")

    here.forget_limits()  # not in the measured time, which it would take in the database of both sides
    before = look()
    acks = _round(here, side, effects, bodies)
    web, database, lookups = (late - early for late, early in zip(look(), before, strict=True))
    return Spent(acks, 1e6 * web / len(bodies), 1e6 * database / len(bodies), int(lookups))


def _round(here: Arena, side: str, effects: Count, bodies: list[str]) -> Round:
    """Every response 200, in time, and every effect present."""
    before = effects(side)
    found = fire(here.sides[side].port, "/slack/events", here.secret, bodies)
    assert found.statuses == {"200": len(bodies)}, found.statuses
    patience = time.monotonic() + DRAIN_SECONDS
    while (done := effects(side) - before) < len(bodies) and time.monotonic() < patience:
        time.sleep(0.05)
    assert done == len(bodies), f"{side}: {done} of {len(bodies)} took effect"
    return found


def _row(side: str, rounds: list[Spent]) -> tuple[Cell, ...]:
    speeds = [each.acks.per_second for each in rounds]
    taken = [1000 * each for one in rounds for each in one.acks.taken]
    spread = (quantile(taken, 0.5), quantile(taken, 0.95), quantile(taken, 0.99), max(taken))
    late = sum(each > 1000 * ACK_SECONDS for each in taken)
    spent = (median([each.web for each in rounds]), median([each.database for each in rounds]))
    return (side, median(speeds), min(speeds), max(speeds), *spread, str(late), *spent)
