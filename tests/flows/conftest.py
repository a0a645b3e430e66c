"""One world for each test, with its own ledger: on SQLite, and for races on PostgreSQL too."""

import pickle
import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import Engine

from bot.store.engine import make_engine
from bot.store.work import SqlUnitOfWork
from tests.fakes import FakeClock
from tests.flows.world import World
from tests.setup_cache import caches_setup, dump

if TYPE_CHECKING:
    from tests.aws.kit import MotoAws


@pytest.fixture
def world(sqlite_work: SqlUnitOfWork, clock: FakeClock, request: pytest.FixtureRequest) -> World:
    return World(sqlite_work, clock, caches_setup=caches_setup(request))


@pytest.fixture
def both(engine: Engine, clock: FakeClock, request: pytest.FixtureRequest) -> World:
    """A world on each of the two databases."""
    return World(SqlUnitOfWork(engine, clock), clock, caches_setup=caches_setup(request))


@pytest.fixture
def worlds(_sqlite_template: Path, memory_path: Path, request: pytest.FixtureRequest) -> Iterator[Callable[[], World]]:
    """As many worlds as a test needs, in sequence."""
    engines: list[Engine] = []

    def make() -> World:
        path = memory_path / f"ledger-{len(engines)}.db"
        shutil.copy(_sqlite_template, path)
        engines.append(make_engine(f"sqlite:///{path}"))
        clock = FakeClock()
        return World(SqlUnitOfWork(engines[-1], clock), clock, caches_setup=caches_setup(request))

    yield make
    for each in engines:
        each.dispose()


@pytest.fixture
def copied(memory_path: Path) -> Iterator[Callable[[World], World]]:
    """Another world on SQLite with the same rows, users and clock, for acts that differ only at their end."""
    engines: list[Engine] = []

    def make(world: World) -> World:
        path = memory_path / f"copy-{len(engines)}.db"
        with closing(sqlite3.connect(path)) as ledger, world.work._engine.connect() as connection:  # type: ignore[attr-defined]
            connection.connection.driver_connection.backup(ledger)
        engines.append(make_engine(f"sqlite:///{path}"))
        made = copy(world)
        vars(made).update(pickle.loads(dump({**vars(world), "work": None})))
        made.work = SqlUnitOfWork(engines[-1], made.clock)
        return made

    yield make
    for each in engines:
        each.dispose()


@pytest.fixture
def aws(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator["MotoAws"]:
    from tests.aws.kit import MotoAws  # only these tests load moto

    made = MotoAws(clock, monkeypatch)
    yield made
    made.close()


@pytest.fixture
def world_on_aws(sqlite_work: SqlUnitOfWork, clock: FakeClock, aws: "MotoAws") -> World:
    """The flows on the real adapter."""
    made = World(sqlite_work, clock, catalog=aws.catalog)
    made.iam = aws.iam  # type: ignore[assignment]
    return made
