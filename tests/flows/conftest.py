"""One world for each test, on a ledger of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.store.engine import make_engine
from bot.store.schema import upgrade
from bot.store.work import SqlWork
from tests.fakes import FakeClock
from tests.flows.world import World


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    url = f"sqlite:///{tmp_path / 'ledger.db'}"
    upgrade(url)
    engine = make_engine(url)
    clock = FakeClock()
    made = World(SqlWork(engine, clock), clock)
    yield made
    engine.dispose()
