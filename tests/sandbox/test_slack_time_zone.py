"""The demo's people are at work, at any time of any day."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.hygiene.escalation import open_at, zone_of
from bot.sandbox.slack.time_zone import EVERY_DAY, zone_at_work

MONDAY = datetime(2026, 11, 2, tzinfo=UTC)


@pytest.mark.parametrize("hours", range(0, 7 * 24, 3))
def test_it_is_a_working_hour_there(hours: int) -> None:
    now = MONDAY + timedelta(hours=hours, minutes=59)
    assert open_at(now, zone_of(zone_at_work(now)), EVERY_DAY)
