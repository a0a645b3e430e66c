"""Two quiet days: unknown is never quiet, and a use starts them over."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.ids import AccessKeyId, AccountName
from bot.domain.replacement.means import Means
from bot.domain.replacement.watch import Verdict, Watch, judge
from bot.domain.usage.key_usage import Unread, Usage
from bot.domain.usage.last_used import LastUsed
from tests.domain.replacement.test_means import usage
from tests.fakes import CAROL, START

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
KEY = AccessKeyId("AKIA" + "A" * 16)
WATCH = Watch("row", AccountName("main"), "reporting", KEY, Means.ROLE, CAROL, START, START, START)
BEFORE = LastUsed(START - HOUR, "s3", "eu-west-1")
NOW = START + 2 * DAY


def seen(**known: object) -> Usage:
    return usage(read_at=NOW, last_seen=START - HOUR, **known)


@pytest.mark.parametrize(
    ("used", "digest", "after", "verdict"),
    [
        (BEFORE, seen(), 2 * DAY, Verdict.QUIET),
        (BEFORE, seen(), 2 * DAY - timedelta(seconds=1), Verdict.WAITING),
        (LastUsed(None), seen(calls=0), 2 * DAY, Verdict.QUIET),
        (BEFORE, replace(seen(), unread=Unread.TURNED_OFF), 2 * DAY, Verdict.QUIET),
        (None, seen(), 2 * DAY, Verdict.UNKNOWN),
        (None, seen(), 9 * DAY, Verdict.UNKNOWN),
        (BEFORE, None, 2 * DAY, Verdict.UNKNOWN),
        *((BEFORE, replace(seen(), unread=why), 9 * DAY, Verdict.UNKNOWN) for why in Unread if why != "turned-off"),
        (BEFORE, replace(seen(), read_at=NOW - DAY), 2 * DAY, Verdict.UNKNOWN),
        (LastUsed(START + HOUR), seen(), 2 * DAY, Verdict.USED),
        (BEFORE, replace(seen(), last_seen=START + HOUR), 2 * DAY, Verdict.USED),
        (None, replace(seen(), last_seen=START + HOUR), 2 * DAY, Verdict.USED),
        (LastUsed(START), seen(), 2 * DAY, Verdict.QUIET),
    ],
)
def test_what_a_key_does_after_it_was_replaced(
    used: LastUsed | None, digest: Usage | None, after: timedelta, verdict: Verdict
) -> None:
    assert judge(WATCH, used, digest, START + after).verdict is verdict


def test_the_days_start_over() -> None:
    again = replace(WATCH, used_at=START + DAY, quiet_since=START + DAY)
    use = LastUsed(START + DAY, "s3")
    assert judge(again, use, seen(), START + 2 * DAY).verdict is Verdict.WAITING
    later = replace(seen(), read_at=START + 3 * DAY)
    assert judge(again, use, later, START + 3 * DAY).verdict is Verdict.QUIET
    assert judge(again, LastUsed(START + 2 * DAY), later, START + 3 * DAY).verdict is Verdict.USED
