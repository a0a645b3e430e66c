"""What a leaked key did: changes first, offspring kept, and a flood of later calls hides nothing."""

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from bot.domain.ids import AccessKeyId
from bot.domain.leaks import activity_json
from bot.domain.leaks.activity import (
    BEFORE,
    CHANGES_MOST,
    Activity,
    assumed,
    credentials_of,
    merge,
    news,
    summarize,
    unknown,
)
from bot.domain.leaks.offspring import MADE_MOST, MadeKind
from bot.domain.usage.key_usage import Count, Event, Unread
from tests.fakes import START
from tests.fakes.trail import an_event

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
SINCE = START - BEFORE
KEY, SESSION = AccessKeyId("AKIALEAKED"), AccessKeyId("ASIASESSION")
ROLE = "arn:aws:iam::123456789012:role/deploy"


def did(name: str, ago: timedelta = MINUTE, *, by: str = KEY, **more: str | bool | None) -> Event:
    service, _, call = name.rpartition(":")
    words = {"source": f"{service}.amazonaws.com", "name": call, "region": "us-east-1", "by": by, **more}
    return an_event(START - ago, **words)  # type: ignore[arg-type]


def of(*events: Event, **more: object) -> Activity:
    given = {"since": SINCE, "read_at": START, "complete": True} | more
    return summarize(events, **given)  # type: ignore[arg-type]


TAKEOVER = (
    did("iam:CreateUser", 9 * MINUTE, target="backup", read_only=False, user="reports"),
    did("iam:CreateAccessKey", 8 * MINUTE, target="backup", key="AKIANEW", read_only=False),
    did("iam:AttachUserPolicy", 7 * MINUTE, target="backup", detail="arn:aws:iam::aws:policy/AdministratorAccess"),
    did("iam:CreateLoginProfile", 6 * MINUTE, target="backup", read_only=False),
    did("sts:AssumeRole", 5 * MINUTE, target=ROLE, assumed_role=ROLE, key=SESSION, read_only=True),
    did("iam:CreateRole", 4 * MINUTE, target="helper", by=SESSION, read_only=False),
)


def test_changes_come_first_and_dangerous_ones_before_newer_others() -> None:
    tags = did("ec2:CreateTags", MINUTE, target="i-0", read_only=False)
    stop = did("cloudtrail:StopLogging", 3 * MINUTE, target="organization", read_only=False)
    seen = of(did("s3:ListBuckets", read_only=True), tags, stop, *TAKEOVER)
    assert [each.call for each in seen.changes] == [
        "cloudtrail:StopLogging",
        "iam:CreateRole",
        "iam:CreateLoginProfile",
        "iam:AttachUserPolicy",
        "iam:CreateAccessKey",
        "iam:CreateUser",
        "ec2:CreateTags",
    ]
    assert (seen.changed, seen.calls, [each.grave for each in seen.changes].count(False)) == (7, 9, 1)
    assert [(each.role, each.key) for each in seen.sessions] == [(ROLE, SESSION)]
    assert assumed(seen) == (ROLE,)


def test_a_refused_call_changed_nothing_and_a_new_session_is_no_change() -> None:
    refused = did("iam:CreateUser", target="x", error="AccessDenied", read_only=False)
    failed = did("iam:CreateUser", target="x", error="EntityAlreadyExists", read_only=False)
    token = did("sts:GetSessionToken", key=SESSION, read_only=True)
    assumption = did("sts:AssumeRole", assumed_role=ROLE, error="AccessDenied")
    seen = of(refused, refused, failed, token, assumption)
    assert (seen.changes, seen.made, seen.denied) == ((), (), 3)
    assert seen.refused == (Count("iam:CreateUser", 2), Count("sts:AssumeRole", 1))
    assert (len(seen.sessions), seen.roles) == (1, ())


def test_without_cloudtrails_word_a_call_that_gets_or_lists_only_reads() -> None:
    unsaid = [did(f"ec2:{each}") for each in ("DescribeVpcs", "GetConsoleOutput", "DeleteVpc")]
    assert [each.call for each in of(*unsaid).changes] == ["ec2:DeleteVpc"]


def test_what_it_made_is_listed_oldest_first_with_whom_it_is_on() -> None:
    made = of(*TAKEOVER).made
    assert [(each.kind, each.name, each.on, each.by) for each in made] == [
        (MadeKind.USER, "backup", None, KEY),
        (MadeKind.KEY, "AKIANEW", "backup", KEY),
        (MadeKind.POLICY, "arn:aws:iam::aws:policy/AdministratorAccess", "backup", KEY),
        (MadeKind.LOGIN, "backup", None, KEY),
        (MadeKind.ROLE, "helper", None, SESSION),
    ]
    assert credentials_of(of(*TAKEOVER)) == [SESSION, "AKIANEW"]


def test_a_key_switched_on_again_is_offspring_and_one_switched_off_is_not() -> None:
    words = {"key": "AKIAOLD", "user": "reports", "read_only": False}
    on, off = (did("iam:UpdateAccessKey", detail=each, **words) for each in ("Active", "Inactive"))
    assert [(each.name, each.on) for each in of(on).made] == [("AKIAOLD", "reports")]
    assert of(off).made == ()


def test_events_before_the_window_are_left_out_and_those_of_the_future_are_now() -> None:
    seen = of(did("s3:ListBuckets", BEFORE + MINUTE), did("s3:ListBuckets", -HOUR), reported_at=START - HOUR)
    assert (seen.calls, seen.last_seen, seen.after) == (1, START, 1)


def test_a_region_that_does_not_answer_makes_the_count_a_least_one() -> None:
    seen = of(did("s3:ListBuckets"), missed=("eu-west-3",), looked_in=("us-east-1",))
    assert (seen.complete, seen.missed, seen.looked_in) == (False, ("eu-west-3",), ("us-east-1",))


# --- more than one reading ----------------------------------------------------------------------------------------


def test_a_flood_of_later_changes_hides_neither_offspring_nor_dangerous_changes() -> None:
    first = of(*TAKEOVER)
    flood = [did("ec2:CreateTags", n * timedelta(seconds=1), target=f"i-{n}", read_only=False) for n in range(400)]
    both = merge(first, of(*flood, complete=False))
    assert both.made == first.made
    assert [each for each in both.changes if each.grave] == list(first.changes)
    assert (len(both.changes), both.changed, both.complete) == (CHANGES_MOST, 400, False)
    assert (both.first_seen, both.last_seen, assumed(both)) == (START - 9 * MINUTE, START, (ROLE,))
    many = [did("iam:CreateUser", n * MINUTE, target=f"u{n}", read_only=False) for n in range(1, 200)]
    kept = merge(first, of(*many)).made
    assert len(kept) == MADE_MOST


def test_the_news_of_a_reading_is_what_the_earlier_one_did_not_have() -> None:
    before, now = of(*TAKEOVER[:2]), of(*TAKEOVER[:4])
    assert [each.kind for each in news(before, merge(before, now))] == ["policy", "login"]
    assert news(None, before) == before.made
    assert news(now, merge(now, now)) == ()


def test_a_failed_reading_keeps_what_is_known_and_says_that_the_rest_is_not() -> None:
    known, failed = of(*TAKEOVER), unknown(SINCE, START, Unread.THROTTLED)
    assert merge(known, failed) == replace(known, unread=Unread.THROTTLED)
    assert merge(failed, known) == known
    assert merge(merge(known, failed), known).unread is None
    assert (merge(None, failed), failed.silent, of().silent) == (failed, False, True)


# --- stored -------------------------------------------------------------------------------------------------------


def test_what_is_stored_is_read_back_the_same() -> None:
    for seen in (
        of(*TAKEOVER, did("secretsmanager:GetSecretValue", target="db"), reported_at=START, looked_in=("us-east-1",)),
        unknown(SINCE, START, Unread.DENIED),
    ):
        assert activity_json.read(json.loads(json.dumps(activity_json.written(seen)))) == seen


@pytest.mark.parametrize(
    "changed",
    [
        {"calls": "7"},
        {"calls": -1},
        {"calls": True},
        {"complete": 1},
        {"since": "2026-11-24T12:00:00"},
        {"since": "yesterday"},
        {"unread": "maybe"},
        {"services": [["s3"]]},
        {"services": {"s3": 1}},
        {"changes": [{"call": "iam:CreateUser"}]},
        {"made": [{"kind": "user", "name": 7, "on": None, "at": START.isoformat(), "by": None}]},
        {"made": [{"kind": "ghost", "name": "x", "on": None, "at": START.isoformat(), "by": None}]},
        {"more": 1},
    ],
)
def test_what_does_not_fit_exactly_is_refused(changed: dict[str, object]) -> None:
    stored = activity_json.written(of(*TAKEOVER))
    with pytest.raises(ValueError, match=r"."):
        activity_json.read(stored | changed)
    with pytest.raises(ValueError, match="Activity"):
        activity_json.read({name: each for name, each in stored.items() if name != "calls"})
