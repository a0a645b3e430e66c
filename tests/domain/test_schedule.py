"""Durations as people write them, and datetimes with a time zone only."""

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.errors import BadDuration
from bot.domain.schedule import aware, is_alive, offered_durations, parse_duration, write_duration
from tests.fakes import START


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


@pytest.mark.parametrize("text", ["3651d", "36500d", "9999999d", "9999999h"])
def test_a_duration_that_no_ledger_could_hold_is_refused_with_a_sentence(text: str) -> None:
    with pytest.raises(BadDuration, match=f"'{text}' is too long; the longest duration is 3650d"):
        parse_duration(text)
    assert parse_duration("3650d").total_seconds() < 2**31


@pytest.mark.parametrize(("seconds", "alive"), [(-16, False), (-15, True), (0, True), (15, True), (16, False)])
def test_a_heartbeat_counts_while_it_is_recent_and_not_when_it_lies_ahead(seconds: int, alive: bool) -> None:
    assert is_alive(START - timedelta(seconds=seconds), START) is alive
    assert not is_alive(None, START)
