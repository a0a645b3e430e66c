"""Whoever tries the demo on a weekday finds its people at work."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.stages import open_at, zone_of
from bot.sandbox.slack.hours import zone_at_work

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)


@pytest.mark.parametrize("hours", range(0, 5 * 24, 3))
def test_on_a_weekday_it_is_a_working_hour_there(hours: int) -> None:
    now = MONDAY + timedelta(hours=hours)
    assert open_at(now, zone_of(zone_at_work(now)))


def test_where_it_is_the_weekend_everywhere_it_is_utc() -> None:
    assert zone_at_work(MONDAY + timedelta(days=5, hours=18)) == "UTC"
