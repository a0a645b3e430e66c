"""A house with a catalog of the test's own."""

from collections.abc import Iterator
from contextlib import AbstractContextManager

import pytest

from bot.domain.catalog import Catalog
from bot.store.work import SqlUnitOfWork
from tests.fakes import FakeClock
from tests.slack.kit import House, house
from tests.slack.messages.offering import Build


@pytest.fixture
def build(sqlite_work: SqlUnitOfWork, clock: FakeClock) -> Iterator[Build]:
    """A house with a catalog of its own; used once in a test."""
    opened: list[AbstractContextManager[House]] = []

    def make(wanted: Catalog) -> House:
        opened.append(house(sqlite_work, clock, wanted))
        return opened[-1].__enter__()

    yield make
    for each in opened:
        each.__exit__(None, None, None)
