"""Rules that approve: each condition just inside and just outside, and hours by the local clock."""

from dataclasses import replace
from datetime import UTC, datetime, time, timedelta

import pytest

from bot.domain.ids import EntitlementId
from bot.domain.requests.auto_approve import Asked, AutoApprove, Hours, Outside, Quota, about, outside
from tests.fakes import ALICE, BOB

READ = EntitlementId("reports-read")
WEEK = timedelta(days=7)
RULE = AutoApprove(
    1,
    (READ,),
    people=(ALICE,),
    usergroups=("S0PLATFORM",),
    max_duration=timedelta(hours=8),
    quota=Quota(3, WEEK),
    hours=Hours(frozenset(range(5)), time(8), time(19)),
    time_zone="Europe/Berlin",
)
MONDAY = datetime(2026, 11, 30, 9, tzinfo=UTC)  # 10:00 in Berlin
ASKED = Asked(READ, frozenset({ALICE}), timedelta(hours=8), MONDAY)
BOTH = frozenset({ALICE, BOB})


@pytest.mark.parametrize(
    ("asked", "approved", "why"),
    [
        (ASKED, 2, None),
        (ASKED, 3, Outside.QUOTA),
        (replace(ASKED, duration=timedelta(hours=8, seconds=1)), 0, Outside.DURATION),
        (replace(ASKED, parties=frozenset({BOB})), 0, Outside.REQUESTER),
        (replace(ASKED, parties=BOTH), 0, Outside.REQUESTER),
        (replace(ASKED, parties=BOTH, members={"S0PLATFORM": frozenset({BOB})}), 0, None),
        (replace(ASKED, parties=BOTH, members={"S0OTHER": frozenset({BOB})}), 0, Outside.REQUESTER),
        (replace(ASKED, entitlement=EntitlementId("prod")), 0, Outside.ENTITLEMENT),
    ],
)
def test_each_condition(asked: Asked, approved: int, why: Outside | None) -> None:
    assert outside(RULE, asked, approved=approved) == why


def test_without_conditions_everybody_gets_it_at_any_time() -> None:
    night = replace(ASKED, parties=BOTH, duration=timedelta(days=30), made_at=datetime(2026, 11, 29, 2, tzinfo=UTC))
    assert outside(AutoApprove(2, (READ,)), night, approved=999) is None


@pytest.mark.parametrize(
    ("utc", "inside"),
    [
        ("2026-11-30T06:59:59.999", False),  # Monday 07:59 in Berlin
        ("2026-11-30T07:00:00", True),
        ("2026-11-30T17:59:59.999", True),
        ("2026-11-30T18:00:00", False),
        ("2026-11-28T10:00:00", False),  # Saturday
        ("2026-11-29T23:30:00", False),  # Monday 00:30
        ("2026-03-27T07:00:00", True),  # Friday before the clocks go forward: 08:00
        ("2026-03-30T06:00:00", True),  # Monday after: 08:00 is an hour earlier in UTC
        ("2026-03-30T05:59:59", False),
        ("2026-10-23T17:00:00", False),  # Friday before they go back: 19:00
        ("2026-10-26T17:00:00", True),  # Monday after: 18:00
    ],
)
def test_hours_follow_the_local_clock_through_summer_time(utc: str, inside: bool) -> None:
    at = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert outside(RULE, replace(ASKED, made_at=at)) is (None if inside else Outside.HOURS)


@pytest.mark.parametrize(
    ("utc", "inside"),
    [
        ("2026-03-29T00:59:00", False),  # 01:59
        ("2026-03-29T01:00:00", True),  # 03:00: the hour from two to three doesn't exist
        ("2026-10-25T00:30:00", True),  # 02:30, for the first time
        ("2026-10-25T01:30:00", True),  # 02:30 again
        ("2026-10-25T02:30:00", True),  # 03:30
        ("2026-10-25T03:00:00", False),  # 04:00
    ],
)
def test_a_skipped_and_a_doubled_hour(utc: str, inside: bool) -> None:
    rule = replace(RULE, hours=Hours(frozenset(range(7)), time(2), time(4)))
    at = datetime.fromisoformat(utc).replace(tzinfo=UTC)
    assert outside(rule, replace(ASKED, made_at=at)) is (None if inside else Outside.HOURS)


def test_a_day_may_end_at_midnight() -> None:
    rule = replace(RULE, hours=Hours(frozenset({0}), time(19), time(0)), time_zone="UTC")
    late = replace(ASKED, made_at=datetime(2026, 11, 30, 23, 59, 59, tzinfo=UTC))
    assert outside(rule, late) is None
    assert outside(rule, replace(ASKED, made_at=datetime(2026, 12, 1, tzinfo=UTC))) is Outside.HOURS


def test_the_rules_about_an_entitlement_come_in_order() -> None:
    other = AutoApprove(1, (EntitlementId("prod"),))
    assert [each.number for each in about([other, replace(RULE, number=2), AutoApprove(3, (READ,))], READ)] == [2, 3]
