"""Durations as people write them, and moments with a time zone only."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import BadDuration
from bot.domain.schedule import aware, offered_durations, parse_duration, write_duration


@pytest.mark.parametrize(
    "text", ["", "0h", "-1h", "1", "h", "1.5h", "1w", " 1h", "1h ", "1H", "٣h", "1e3s", "99999999d"]
)
def test_it_refuses_what_is_no_duration(text: str) -> None:
    with pytest.raises(BadDuration):
        parse_duration(text)


@given(st.integers(1, 10_000_000).map(lambda seconds: timedelta(seconds=seconds)))
def test_it_reads_back_what_it_writes(span: timedelta) -> None:
    assert span.total_seconds() > 9_999_999 or parse_duration(write_duration(span)) == span


def test_it_offers_the_usual_terms_as_far_as_the_longest_and_each_as_written() -> None:
    assert offered_durations(("6h", "7d")) == ("1h", "6h", "8h", "1d", "7d")
    assert offered_durations(("24h",)) == ("1h", "8h", "1d", "24h")
    assert offered_durations(()) == ()


def test_naive_moments_are_refused() -> None:
    with pytest.raises(TypeError):
        aware(datetime(2026, 1, 1))  # noqa: DTZ001


def test_a_moment_in_summer_time_is_the_same_moment_in_utc() -> None:
    summer = timezone(timedelta(hours=2))
    assert aware(datetime(2026, 7, 1, 12, tzinfo=summer)) == datetime(2026, 7, 1, 10, tzinfo=UTC)
