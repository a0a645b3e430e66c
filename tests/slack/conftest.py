"""The fixtures of the Slack tests."""

from collections.abc import Iterator, Sequence

import pytest

from bot.slack.messages import reports
from bot.slack.messages.chart import Half, png
from bot.store.work import SqlUnitOfWork
from tests.fakes import FakeClock
from tests.setup_cache import caches_setup
from tests.slack.kit import House, house

_drawn: dict[str, bytes] = {}


def _draw_once(title: str, halves: Sequence[Half]) -> bytes:
    """Each chart is drawn by a process of its own, which imports matplotlib for a second; many tests send the same."""
    order = repr((title, halves))
    if order not in _drawn:
        _drawn[order] = png(title, halves)
    return _drawn[order]


reports.png = _draw_once  # type: ignore[attr-defined]


@pytest.fixture
def h(sqlite_work: SqlUnitOfWork, clock: FakeClock, request: pytest.FixtureRequest) -> Iterator[House]:
    with house(sqlite_work, clock) as made:
        made.caches_setup = caches_setup(request)
        yield made
