"""The account report: which bar each key falls into, and which findings belong to the week."""

from datetime import UTC, datetime, timedelta

import pytest

from bot.domain.hygiene import account_report
from bot.domain.hygiene.account_report import AGES, IDLE, NEVER, UNKNOWN, FindingSpan, Picture, Standing
from bot.domain.hygiene.finding import FindingKind
from bot.domain.usage.last_used import LastUsed

NOW = datetime(2026, 11, 23, 8, tzinfo=UTC)
DAY, SECOND = timedelta(days=1), timedelta(seconds=1)


def a_key(age: timedelta = DAY, used: LastUsed | None = None, name: str = "AKIA1") -> Standing:
    return Standing(name, "app", None, NOW - age, used)


def drawn(*keys: Standing, findings: tuple[FindingSpan, ...] = ()) -> Picture:
    return account_report.draw("main", iter(keys), iter(findings), NOW)


def full(bars: tuple[account_report.Bar, ...]) -> list[str]:
    return [each.label for each in bars if each.keys]


def test_an_empty_account_has_a_report_too() -> None:
    found = drawn()
    assert (found.keys, found.oldest, found.findings, found.remedied_in) == (0, (), (), None)
    assert all(bar.keys == 0 for bar in (*found.ages, *found.idle))
    assert len(found.ages) == len(AGES) + 1
    assert len(found.idle) == len(IDLE) + 3


@pytest.mark.parametrize(
    ("age", "bar"),
    [
        (timedelta(0), "under 30 d"),
        (30 * DAY - SECOND, "under 30 d"),
        (30 * DAY, "30 to 60 d"),
        (365 * DAY - SECOND, "180 to 365 d"),
        (365 * DAY, "over 365 d"),
        (4000 * DAY, "over 365 d"),
    ],
)
def test_a_key_stands_in_the_bar_of_its_age(age: timedelta, bar: str) -> None:
    assert full(drawn(a_key(age)).ages) == [bar]


@pytest.mark.parametrize(
    ("used", "bar"),
    [
        (None, UNKNOWN),
        (LastUsed(None), NEVER),
        (LastUsed(NOW), "under 1 d"),
        (LastUsed(NOW - DAY), "1 to 7 d"),
        (LastUsed(NOW - 45 * DAY), "45 to 90 d"),
        (LastUsed(NOW - 90 * DAY), "over 90 d"),
    ],
)
def test_and_in_the_bar_of_its_last_use(used: LastUsed | None, bar: str) -> None:
    assert full(drawn(a_key(used=used)).idle) == [bar]


def test_the_ten_oldest_come_first_and_no_more_are_kept() -> None:
    keys = [a_key(days * DAY, name=f"AKIA{days}") for days in (5, 1, 12, 3, 7, 2, 11, 4, 9, 6, 8, 10)]
    found = drawn(*keys)
    assert [each.name for each in found.oldest] == [f"AKIA{days}" for days in range(12, 2, -1)]
    assert found.keys == 12


def test_two_of_one_age_are_both_kept() -> None:
    assert len(drawn(a_key(name="AKIA1"), a_key(name="AKIA2")).oldest) == 2


def told(kind: FindingKind, opened: timedelta, closed: timedelta | None = None) -> FindingSpan:
    return FindingSpan(kind, NOW - opened, None if closed is None else NOW - closed)


def test_findings_are_those_that_the_week_saw() -> None:
    found = drawn(
        findings=(
            told(FindingKind.STALE, 20 * DAY),  # open all the time
            told(FindingKind.STALE, 3 * DAY),
            told(FindingKind.STALE, 10 * DAY, 2 * DAY),
            told(FindingKind.UNUSED, 6 * DAY, 2 * DAY),
            told(FindingKind.UNUSED, 30 * DAY, 8 * DAY),  # closed before the week
            told(FindingKind.UNUSED, -DAY),  # opened after it
        )
    )
    assert found.findings == (
        account_report.Row(FindingKind.STALE, opened=1, closed=1, standing=2),
        account_report.Row(FindingKind.UNUSED, opened=1, closed=1, standing=0),
    )
    assert found.remedied_in == 6 * DAY  # the median of 8 and 4
