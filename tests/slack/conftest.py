"""The fixtures of the Slack tests."""

from collections.abc import Iterator

import pytest

from bot.store.work import SqlUnitOfWork
from tests.fakes import FakeClock
from tests.slack.kit import House, house


@pytest.fixture
def h(sqlite_work: SqlUnitOfWork, clock: FakeClock) -> Iterator[House]:
    with house(sqlite_work, clock) as made:
        yield made
