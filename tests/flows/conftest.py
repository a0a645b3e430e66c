"""One world for each test, with its own ledger: on SQLite, and for races on PostgreSQL too."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from copy import deepcopy
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from sqlalchemy import Engine

from bot.store.engine import make_engine
from bot.store.work import SqlUnitOfWork, in_transaction
from tests.fakes import FakeClock, FakeNotifier
from tests.flows.world import World

if TYPE_CHECKING:
    from tests.aws.kit import MotoAws


@pytest.fixture
def world(sqlite_work: SqlUnitOfWork, clock: FakeClock) -> World:
    return World(sqlite_work, clock)


@pytest.fixture
def both(engine: Engine, clock: FakeClock) -> World:
    """A world on each of the two databases."""
    return World(SqlUnitOfWork(engine, clock), clock)


@pytest.fixture
def worlds(_sqlite_template: Path, memory_path: Path) -> Iterator[Callable[[], World]]:
    """As many worlds as a test needs, in sequence."""
    engines: list[Engine] = []

    def make() -> World:
        path = memory_path / f"ledger-{len(engines)}.db"
        shutil.copy(_sqlite_template, path)
        engines.append(make_engine(f"sqlite:///{path}"))
        clock = FakeClock()
        return World(SqlUnitOfWork(engines[-1], clock), clock)

    yield make
    for each in engines:
        each.dispose()


@pytest.fixture
def copied(memory_path: Path) -> Iterator[Callable[[World], World]]:
    """Another world on SQLite with the same rows, users and clock, for acts that differ only at their end."""
    engines: list[Engine] = []

    def make(world: World) -> World:
        path = memory_path / f"copy-{len(engines)}.db"
        with closing(sqlite3.connect(path)) as copy, world.work._engine.connect() as connection:  # type: ignore[attr-defined]
            connection.connection.driver_connection.backup(copy)
        engines.append(make_engine(f"sqlite:///{path}"))
        clock = deepcopy(world.clock)
        work = SqlUnitOfWork(engines[-1], clock)
        notifier = FakeNotifier(in_transaction=in_transaction)  # with none of the links before, which can't be copied
        made = {id(world.work): work, id(world.clock): clock, id(world.notifier): notifier}
        return deepcopy(world, dict[int, Any](made))

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
