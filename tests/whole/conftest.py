"""One fake AWS for all of these tests, and houses on either database."""

import shutil
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from bot.config import catalog_file
from bot.sandbox.aws import AwsStandIn
from tests.aws_seed import seed
from tests.postgres import Server
from tests.processes.running import EXAMPLE
from tests.whole.latchkey import Build, House, built
from tests.whole.people import Company


@pytest.fixture(scope="package")
def aws() -> Iterator[AwsStandIn]:
    catalog = catalog_file.load(EXAMPLE)
    with AwsStandIn() as running:
        seed(running, catalog)
        yield running


@pytest.fixture(scope="package")
def build(
    aws: AwsStandIn, _sqlite_template: Path, postgres_server: Server, tmp_path_factory: pytest.TempPathFactory
) -> Build:
    """`build(ending, "sqlite" | "postgresql")`: a house with a migrated ledger and no process yet."""

    def make(ending: ExitStack, kind: str, **more: Any) -> House:
        home = tmp_path_factory.mktemp("house")
        if kind == "sqlite":
            shutil.copy(_sqlite_template, home / "ledger.db")
            url = f"sqlite:///{home / 'ledger.db'}"
        else:
            name = postgres_server.fresh()
            url = postgres_server.url(name)
            ending.callback(postgres_server.drop, name)
        return ending.enter_context(built(home, url, aws, **more))

    return make


@pytest.fixture(scope="package")
def usual(build: Build) -> Iterator[Company]:
    """A web and a worker on PostgreSQL, for tests that leave them in working order."""
    with ExitStack() as ending:
        house = build(ending, "postgresql")
        house.web()
        house.worker()
        company = Company(house)
        ending.callback(company.leave)
        yield company


@pytest.fixture
def company(usual: Company) -> Iterator[Company]:
    yield usual
    usual.house.aws_door.clear()
    usual.house.slack_door.clear()
    usual.house.slack.faults.clear()
    usual.house.aws.faults.clear()
