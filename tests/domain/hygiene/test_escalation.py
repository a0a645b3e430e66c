"""Escalation, row by row: below, at and above each threshold, and for unreadable values."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bot.domain.hygiene.escalation import (
    Next,
    after,
    begun,
    dry_until,
    off_days,
    open_at,
    opens,
    rests,
    was_heard,
    zone_of,
)
from bot.domain.hygiene.finding import Finding, FindingKind, Step
from bot.domain.hygiene.finding_rules import RULES, ReportedBy
from bot.domain.schedule import WORKDAYS
from bot.domain.usage.last_used import LastUsed
from tests.fakes import ALICE, START

OFF_DAYS = off_days(WORKDAYS)
DAY, HOUR, SECOND = timedelta(days=1), timedelta(hours=1), timedelta(seconds=1)
MONDAY = datetime(2026, 11, 2, tzinfo=UTC)
VIENNA, HONOLULU, AUCKLAND = (zone_of(each) for each in ("Europe/Vienna", "Pacific/Honolulu", "Pacific/Auckland"))


def found(kind: FindingKind = FindingKind.STALE, **changes: Any) -> Finding:
    return replace(Finding("f1", kind, None, ALICE, "AKIA1", START, "old"), **changes)


# --- steps ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FindingKind)
def test_digest_findings_start_at_their_first_step_and_others_have_their_own_flows(
    kind: FindingKind,
) -> None:
    foot = begun(found(kind), START)
    if RULES[kind].reported_by is ReportedBy.DIGEST:
        assert (foot.stage, foot.step, foot.due_at) == (0, RULES[kind].escalation_steps[0], START)
    else:
        assert foot == found(kind)


@pytest.mark.parametrize("kind", [each for each in FindingKind if RULES[each].reported_by is ReportedBy.DIGEST])
def test_every_step_is_taken_in_order_and_none_is_skipped(kind: FindingKind) -> None:
    climbed, finding = list[Step](), begun(found(kind), START)
    while finding.step is not None:
        climbed.append(finding.step)
        then = after(finding, START)
        finding = replace(finding, stage=then.stage, step=then.step, due_at=then.due_at)
    assert tuple(climbed) == RULES[kind].escalation_steps
    assert finding.due_at is None


def test_a_week_after_the_first_notice_and_two_days_after_each_later_one() -> None:
    assert after(found(stage=0), START) == Next(1, Step.OWNER, START + 7 * DAY)
    assert after(found(stage=1), START) == Next(2, Step.APPROVERS, START + 2 * DAY)
    assert after(found(stage=2), START) == Next(3, Step.OFF, START + 2 * DAY)
    assert after(found(stage=3), START) == Next(4, None, None)


def test_the_next_step_is_scheduled_from_when_the_last_one_was_taken() -> None:
    late = START + 9 * DAY
    assert after(found(due_at=START), late).due_at == late + 7 * DAY


# --- hours ----------------------------------------------------------------------------------------------------------

HOURS = (
    (MONDAY + 9 * HOUR - SECOND, UTC, False),
    (MONDAY + 9 * HOUR, UTC, True),
    (MONDAY + 17 * HOUR - SECOND, UTC, True),
    (MONDAY + 17 * HOUR, UTC, False),
    (MONDAY + 4 * DAY + 12 * HOUR, UTC, True),  # Friday
    (MONDAY + 5 * DAY + 12 * HOUR, UTC, False),
    (MONDAY + 6 * DAY + 12 * HOUR, UTC, False),
    (MONDAY + 8 * HOUR - SECOND, VIENNA, False),
    (MONDAY + 8 * HOUR, VIENNA, True),
    (MONDAY + 12 * HOUR, HONOLULU, False),
    (MONDAY + 19 * HOUR, HONOLULU, True),
    (MONDAY - 4 * HOUR, AUCKLAND, True),  # Monday morning there, Sunday in UTC
    (MONDAY + 4 * DAY - 4 * HOUR, AUCKLAND, True),
    (MONDAY + 5 * DAY - 4 * HOUR, AUCKLAND, False),  # Saturday there, Friday in UTC
)


@pytest.mark.parametrize(("at", "zone", "expected"), HOURS)
def test_working_hours_are_the_owners(at: datetime, zone: Any, expected: bool) -> None:
    assert open_at(at, zone) is expected


OPENINGS = (
    (MONDAY + 9 * HOUR - SECOND, UTC, MONDAY + 9 * HOUR),
    (MONDAY + 9 * HOUR, UTC, MONDAY + DAY + 9 * HOUR),
    (MONDAY + 4 * DAY + 18 * HOUR, UTC, MONDAY + 7 * DAY + 9 * HOUR),
    (MONDAY + 20 * HOUR, VIENNA, MONDAY + DAY + 8 * HOUR),
    # daylight saving time ends in between
    (datetime(2026, 10, 23, 12, tzinfo=UTC), VIENNA, datetime(2026, 10, 26, 8, tzinfo=UTC)),
    (datetime(2027, 3, 26, 12, tzinfo=UTC), VIENNA, datetime(2027, 3, 29, 7, tzinfo=UTC)),  # and begins
)


@pytest.mark.parametrize(("now", "zone", "expected"), OPENINGS)
def test_the_next_opening_lies_ahead(now: datetime, zone: Any, expected: datetime) -> None:
    assert opens(now, zone) == expected
    assert open_at(expected, zone)


@pytest.mark.parametrize("name", ["", "Mars/Olympus", "../etc/passwd", "Europe", "\0"])
def test_an_unknown_zone_is_utc(name: str) -> None:
    assert zone_of(name) is UTC


@pytest.mark.parametrize("weekday", range(7))
def test_nothing_is_deactivated_from_friday_to_monday(weekday: int) -> None:
    noon = MONDAY + weekday * DAY + 12 * HOUR
    assert open_at(noon, UTC, OFF_DAYS) is (weekday in {1, 2, 3})
    assert opens(noon, UTC, OFF_DAYS).weekday() in {1, 2, 3}


@pytest.mark.parametrize(
    ("workdays", "expected"),
    [({6, 0, 1, 2, 3}, {0, 1, 2}), (set(range(7)), set(range(7))), ({0, 1, 3, 4}, set()), ({5, 6, 0}, {6})],
    ids=["Sunday to Thursday", "every day", "nothing in a row", "around the week's end"],
)
def test_other_weeks_have_their_own_days_between_two_workdays(workdays: set[int], expected: set[int]) -> None:
    assert off_days(workdays) == expected


def test_it_is_the_owners_friday_and_the_owners_monday() -> None:
    """Thursday 20:00 UTC is Friday morning in Auckland; Monday 20:00 is Tuesday there."""
    assert not open_at(MONDAY + 3 * DAY + 20 * HOUR, AUCKLAND, OFF_DAYS)
    assert open_at(MONDAY + 20 * HOUR, AUCKLAND, OFF_DAYS)


# --- before a key is deactivated ------------------------------------------------------------------------------------

WEEK = 7 * DAY
HEARD = (
    ((), False),
    ((START - 30 * DAY,), False),  # two are required
    ((START - WEEK + SECOND, START), False),
    ((START - WEEK, START), True),
    ((START, START - WEEK), True),
    ((START - WEEK - SECOND, START - DAY), True),
    ((START - 30 * DAY, START - 20 * DAY, START - 10 * DAY), True),
)


@pytest.mark.parametrize(("delivered", "expected"), HEARD)
def test_twice_delivered_and_the_first_a_week_ago(delivered: tuple[datetime, ...], expected: bool) -> None:
    assert was_heard(delivered, START) is expected


RESTS = (
    (LastUsed(START - DAY + SECOND), False),
    (LastUsed(START - DAY), True),
    (LastUsed(START - DAY - SECOND), True),
    (LastUsed(START + HOUR), False),  # AWS's clock is ahead
    (LastUsed(None), True),
    (None, False),  # unknown use counts as use
)


@pytest.mark.parametrize(("used", "expected"), RESTS)
def test_what_was_used_within_a_day_stays_on_and_so_does_what_cannot_be_read(
    used: LastUsed | None, expected: bool
) -> None:
    assert rests(used, START) is expected


def test_an_account_is_dry_for_a_fortnight_from_its_first_reading() -> None:
    assert dry_until(START) == START + 14 * DAY
    assert dry_until(None) is None


EXEMPTIONS = (
    ({}, True),
    ({"kept_until": START + SECOND, "kept_why": "yearly"}, False),
    ({"kept_until": START, "kept_why": "yearly"}, True),
    ({"kept_until": START - SECOND, "kept_why": "yearly"}, True),
    ({"kept_until": None, "kept_why": "yearly"}, False),  # unreadable: no action
    ({"kept_until": START - DAY, "kept_why": " "}, False),
    ({"kept_until": START - DAY, "kept_why": None}, False),
    ({"closed_at": START}, False),
)


@pytest.mark.parametrize(("changes", "expected"), EXEMPTIONS)
def test_an_exemption_stands_until_its_date_and_one_that_cannot_be_read_stops_every_act(
    changes: dict[str, Any], expected: bool
) -> None:
    assert found(**changes).may_be_acted_on(START) is expected
