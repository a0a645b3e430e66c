"""Ledgers for the tests, on both databases: migrated, without rows, from tests/database_pool.py."""

import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import hypothesis
import pytest
from sqlalchemy import Engine

from bot.store.schema import upgrade
from bot.store.work import SqlUnitOfWork
from tests import postgres
from tests.database_pool import Borrowed, Pool, PostgresLedger, SqliteLedger
from tests.fakes import FakeClock
from tests.shared import in_memory, of_this_run

BOTH = ("sqlite", "postgresql")

pytest_plugins = ["tests.logging_state", "tests.reuse", "tests.runner", "tests.browser"]

# Hypothesis times each example by the clock, and a busy machine is no fault.
hypothesis.settings.register_profile("untimed", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("untimed")


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


@pytest.fixture(scope="session")
def _sqlite_pool(_sqlite_template: Path, _in_memory: Path) -> Iterator[Pool]:
    with closing(Pool(lambda: SqliteLedger(_sqlite_template, _in_memory))) as pool:
        yield pool


@pytest.fixture
def sqlite_ledger(_sqlite_pool: Pool) -> Iterator[Borrowed]:
    with _sqlite_pool.borrow() as ledger:
        yield ledger


@pytest.fixture
def sqlite_url(sqlite_ledger: Borrowed) -> str:
    return sqlite_ledger.url


@pytest.fixture(scope="session")
def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[postgres.Server]:
    with postgres.shared(of_this_run(tmp_path_factory)) as server:
        yield server


@pytest.fixture(scope="session")
def _postgres_pool(postgres_server: postgres.Server) -> Iterator[Pool]:
    with closing(Pool(lambda: PostgresLedger(postgres_server))) as pool:
        yield pool


@pytest.fixture
def postgres_ledger(_postgres_pool: Pool) -> Iterator[Borrowed]:
    with _postgres_pool.borrow() as ledger:
        yield ledger


@pytest.fixture
def postgres_url(postgres_ledger: Borrowed) -> str:
    return postgres_ledger.url


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
def engine(database_url: str, request: pytest.FixtureRequest) -> Engine:
    """A migrated ledger, on each of the two databases."""
    name = "sqlite_ledger" if database_url.startswith("sqlite") else "postgres_ledger"
    ledger: Borrowed = request.getfixturevalue(name)
    return ledger.engine


@pytest.fixture
def work(engine: Engine, clock: FakeClock) -> SqlUnitOfWork:
    return SqlUnitOfWork(engine, clock)


@pytest.fixture
def sqlite_work(sqlite_ledger: Borrowed, clock: FakeClock) -> SqlUnitOfWork:
    return SqlUnitOfWork(sqlite_ledger.engine, clock)


@pytest.fixture
def postgres_work(postgres_ledger: Borrowed, clock: FakeClock) -> SqlUnitOfWork:
    return SqlUnitOfWork(postgres_ledger.engine, clock)
