"""[[auto_approve]] in the catalog: what a rule may say, and one clear sentence for each mistake."""

from datetime import time, timedelta
from pathlib import Path

import pytest

from bot.domain.requests.auto_approve import Hours, Quota
from tests.config.test_catalog_file import KEY, WHOLE, one, read

RULE = (
    '[[auto_approve]]\nentitlements = ["read"]\nrequesters = ["U01ALICE", "S0PLATFORM"]\nmax_duration = "1h"\n'
    'quota = "3/7d"\nhours = "Mon-Fri 08:00-19:00"\ntime_zone = "Europe/Berlin"\n'
)


def test_it_reads_a_rule(tmp_path: Path) -> None:
    (rule,) = read(WHOLE + RULE, tmp_path).auto_approve
    assert (rule.number, rule.entitlements) == (1, ("read",))
    assert (rule.people, rule.usergroups) == (("U01ALICE",), ("S0PLATFORM",))
    assert (rule.max_duration, rule.quota) == (timedelta(hours=1), Quota(3, timedelta(days=7)))
    assert (rule.hours, rule.time_zone) == (Hours(frozenset(range(5)), time(8), time(19)), "Europe/Berlin")
    assert rule.actor == "rule:1"


def test_only_the_entitlements_are_mandatory(tmp_path: Path) -> None:
    first, second = read(WHOLE + RULE + '[[auto_approve]]\nentitlements = ["session"]\n', tmp_path).auto_approve
    assert (first.number, second.number) == (1, 2)
    assert second.for_everybody
    assert (second.max_duration, second.quota, second.hours, second.time_zone) == (None, None, None, "UTC")


@pytest.mark.parametrize(
    ("written", "days", "begin", "end"),
    [
        ("Mon-Fri 08:00-19:00", {0, 1, 2, 3, 4}, time(8), time(19)),
        ("sat 00:00-24:00", {5}, time(0), time(0)),
        ("Sat-Mon 09:30-10:00", {5, 6, 0}, time(9, 30), time(10)),
        ("Mon,Wed-Thu 09:00-17:00", {0, 2, 3}, time(9), time(17)),
    ],
)
def test_it_reads_hours(tmp_path: Path, written: str, days: set[int], begin: time, end: time) -> None:
    text = WHOLE + RULE.replace("Mon-Fri 08:00-19:00", written)
    assert read(text, tmp_path).auto_approve[0].hours == Hours(frozenset(days), begin, end)


@pytest.mark.parametrize(
    ("old", "new", "where", "what"),
    [
        ('"3/7d"', '"x"', "quota", "'x' isn't a quota"),
        ('"3/7d"', '"0/7d"', "quota", "isn't a quota"),
        ('"3/7d"', '"3/week"', "quota", "isn't a quota: 'week' isn't a duration"),
        ('"3/7d"', "3", "quota", "isn't a quota"),
        ('"3/7d"', '"3/3000d"', "quota", "counts too far back"),
        ('"Mon-Fri 08:00-19:00"', '"office hours"', "hours", "isn't days and times"),
        ('"Mon-Fri 08:00-19:00"', '"Mo-Fr 08:00-19:00"', "hours", "isn't days and times"),
        ('"Mon-Fri 08:00-19:00"', '"Mon-Fri 8-19"', "hours", "isn't days and times"),
        ('"Mon-Fri 08:00-19:00"', '"Mon-Fri 19:00-08:00"', "hours", "must end after it begins"),
        ('"Mon-Fri 08:00-19:00"', '"Mon-Fri 08:00-25:00"', "hours", "between 00:00 and 24:00"),
        ('"Mon-Fri 08:00-19:00"', '"Mon-Fri 24:00-24:00"', "hours", "must end after it begins"),
        ('"Europe/Berlin"', '"Berlin"', "time_zone", "isn't a time zone that this machine knows"),
        ('"Europe/Berlin"', '"../../etc/passwd"', "time_zone", "isn't a time zone"),
        ('["read"]', '["reed"]', "entitlements", "'reed' doesn't exist"),
        ('["read"]', "[]", "entitlements", "is empty"),
        ('entitlements = ["read"]\nrequesters', "requesters", "entitlements", "is missing"),
        ('"1h"', '"9h"', "max_duration", "is over the max_duration of 'read'; write 8h or less"),
        ('"U01ALICE"', '"alice"', "requesters[1]", "a Slack user id or user group id"),
        ("quota =", "quotas =", "quotas", "did you mean quota?"),
    ],
)
def test_a_mistake_names_the_rule_and_its_key(tmp_path: Path, old: str, new: str, where: str, what: str) -> None:
    changed = RULE.replace(old, new)
    assert changed != RULE
    said = one(WHOLE + changed, tmp_path)
    assert f"[[auto_approve]] number 1: {where} " in said
    assert what in said


def test_a_rule_never_approves_what_is_dangerous(tmp_path: Path) -> None:
    said = one(WHOLE.replace(KEY, KEY + "dangerous = true\n") + RULE, tmp_path)
    assert "[[auto_approve]] number 1: entitlements 'read' is dangerous" in said


def test_an_entitlement_with_mistakes_isnt_a_mistake_of_the_rule(tmp_path: Path) -> None:
    said = one(WHOLE.replace('id = "read"\nkind', 'id = "read"\ncolour = "red"\nkind') + RULE, tmp_path)
    assert "[[entitlements]] read: colour" in said


def test_it_must_be_a_list_of_tables(tmp_path: Path) -> None:
    said = one(WHOLE + '[auto_approve]\nentitlements = ["read"]\n', tmp_path)
    assert "auto_approve: must be [[auto_approve]] tables" in said
