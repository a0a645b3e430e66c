"""Ledgers for the tests: SQLite in a temporary file, PostgreSQL from tests/postgres.py; migrated for each test."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import Engine

from bot.store.engine import make_engine
from bot.store.schema import upgrade
from bot.store.work import SqlUnitOfWork
from tests import postgres
from tests.database_pool import Pool
from tests.fakes import FakeClock
from tests.shared import in_memory, of_this_run

BOTH = ("sqlite", "postgresql")

pytest_plugins = ["tests.logging_state", "tests.reuse", "tests.runner", "tests.browser"]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture(scope="session")
def _sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    with of_this_run(tmp_path_factory).locked("template.db") as path:
        if not path.exists():
            made = path.with_suffix(".new")
            upgrade(f"sqlite:///{made}")
            made.rename(path)
    return path


@pytest.fixture(scope="session")
def _in_memory() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="latchkey-tests-", dir=in_memory()) as made:
        yield Path(made)


@pytest.fixture
def memory_path(_in_memory: Path) -> Iterator[Path]:
    """As `tmp_path`, for databases."""
    with tempfile.TemporaryDirectory(dir=_in_memory, ignore_cleanup_errors=True) as folder:
        yield Path(folder)


@pytest.fixture
def sqlite_url(_sqlite_template: Path, memory_path: Path) -> str:
    return f"sqlite:///{shutil.copy(_sqlite_template, memory_path / 'ledger.db')}"


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgres.Server]:
    with postgres.shared(of_this_run(tmp_path_factory)) as server:
        yield server


@pytest.fixture(scope="session")
def _pool(postgres_server: postgres.Server) -> Pool:
    return Pool(postgres_server)


@pytest.fixture
def postgres_url(_pool: Pool) -> Iterator[str]:
    name = _pool.lend()
    yield _pool.server.url(name)
    _pool.take_back(name)


@pytest.fixture(params=BOTH)
def database_url(request: pytest.FixtureRequest) -> str:
    return str(request.getfixturevalue("sqlite_url" if request.param == "sqlite" else "postgres_url"))


@pytest.fixture(params=BOTH)
def empty_url(request: pytest.FixtureRequest, memory_path: Path) -> Iterator[str]:
    """A database without tables."""
    if request.param == "sqlite":
        yield f"sqlite:///{memory_path / 'empty.db'}"
        return
    server: postgres.Server = request.getfixturevalue("postgres_server")
    name = server.fresh(template=None)
    yield server.url(name)
    server.drop(name)


@pytest.fixture
def engine(database_url: str) -> Iterator[Engine]:
    """A migrated ledger, on each of the two databases."""
    made = make_engine(database_url)
    yield made
    made.dispose()


@pytest.fixture
def work(engine: Engine, clock: FakeClock) -> SqlUnitOfWork:
    return SqlUnitOfWork(engine, clock)


@pytest.fixture
def sqlite_work(sqlite_url: str, clock: FakeClock) -> Iterator[SqlUnitOfWork]:
    engine = make_engine(sqlite_url)
    yield SqlUnitOfWork(engine, clock)
    engine.dispose()


@pytest.fixture
def postgres_work(postgres_url: str, clock: FakeClock) -> Iterator[SqlUnitOfWork]:
    engine = make_engine(postgres_url)
    yield SqlUnitOfWork(engine, clock)
    engine.dispose()
