"""CloudTrail through boto3: what the adapter reads from the stand-in, and what every error means."""

import json
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.aws.cloudtrail import AwsTrail, event
from bot.domain.ids import AccessKeyId
from bot.domain.usage.key_usage import WINDOW, TrailUnread, Unread, digest
from bot.ports.usage import Page
from bot.sandbox.aws import ABSENT, Use
from bot.sandbox.aws.cloudtrail import agents
from tests.aws.kit import ACCOUNT, ID, MotoAws, elsewhere
from tests.fakes import START

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
ROLE = f"arn:aws:iam::{ID}:role/deploy"
EU = "eu-west-1"
GONE = AccessKeyId("AKIA0000000000000000")


@pytest.fixture
def key(aws: MotoAws) -> AccessKeyId:
    aws.aws.trail.rate = 1000
    iam = aws.admin("iam")
    iam.create_user(UserName="reports")
    return AccessKeyId(iam.create_access_key(UserName="reports")["AccessKey"]["AccessKeyId"])


def read(aws: MotoAws, key: AccessKeyId, region: str = EU, page: str | None = None, **account: Any) -> Page:
    since = aws.clock.now() - WINDOW
    return AwsTrail(aws.accounts).events(replace(aws.account, **account), key, region, since, page)


def why(aws: MotoAws, key: AccessKeyId, **more: Any) -> Unread:
    with pytest.raises(TrailUnread) as error:
        read(aws, key, **more)
    return error.value.why


def test_events_are_paged_newest_first_and_make_a_digest(aws: MotoAws, key: AccessKeyId) -> None:
    many = Use("s3", "ListBuckets", ago=HOUR, times=60, agent=agents.TERRAFORM)
    refused = Use("dynamodb", "ListTables", ago=2 * DAY, error="AccessDenied", endpoint="vpce-0abc12345")
    through = Use("glue", "GetTables", ago=3 * DAY, through="athena.amazonaws.com")
    aws.aws.trail.seed(key, many, refused, through, Use("sts", "AssumeRole", ago=DAY, role=ROLE))
    first = read(aws, key)
    second = read(aws, key, page=first.next)
    home = read(aws, key, "us-east-1")
    assert ([len(each.events) for each in (first, second, home)], second.next) == ([50, 12, 1], None)
    assert first.events[0].at == aws.clock.now().replace(microsecond=0) - HOUR
    events = (*first.events, *second.events, *home.events)
    seen = digest(aws.account.name, key, events, read_at=aws.clock.now(), since=aws.clock.now() - WINDOW, complete=True)
    assert [(each.name, each.calls) for each in seen.services] == [
        ("s3", 60),
        ("dynamodb", 1),
        ("glue", 1),
        ("sts", 1),
    ]
    assert (seen.denied, seen.in_aws, [each.name for each in seen.roles]) == (1, "vpce-0abc12345", [ROLE])
    assert [each.name for each in seen.services_through] == ["athena.amazonaws.com"]
    assert seen.tools[0].name == "Terraform 1.9"
    assert {each.user for each in events} == {"reports"}


def test_a_key_that_did_nothing_or_is_not_of_this_account_is_silent(aws: MotoAws, key: AccessKeyId) -> None:
    assert read(aws, key) == read(aws, GONE) == Page(())


def test_each_refusal_says_why_nothing_is_known(aws: MotoAws, key: AccessKeyId) -> None:
    aws.aws.trail.regions_off.add("ap-east-1")
    assert why(aws, key, region="ap-east-1") is Unread.REGION_OFF
    aws.aws.faults.deny("LookupEvents")
    assert why(aws, key) is Unread.DENIED
    aws.aws.faults.server_error("LookupEvents")
    assert why(aws, key) is Unread.FAILED
    aws.aws.trail.rate = 0
    aws.aws.forget_calls()
    assert why(aws, key) is Unread.THROTTLED
    assert aws.aws.count("LookupEvents") == 1


def test_one_refusal_stands_for_every_key_of_the_account_and_region_for_minutes(aws: MotoAws, key: AccessKeyId) -> None:
    trail, since = AwsTrail(aws.accounts), aws.clock.now() - WINDOW
    aws.aws.faults.deny("LookupEvents")
    aws.aws.forget_calls()
    for each in (key, GONE):
        with pytest.raises(TrailUnread) as error:
            trail.events(aws.account, each, EU, since, None)
        assert (error.value.why, aws.aws.count("LookupEvents")) == (Unread.DENIED, 1)
    assert trail.events(aws.account, GONE, "us-east-1", since, None) == Page(())
    aws.clock.advance(minutes=5)
    assert trail.events(aws.account, GONE, EU, since, None) == Page(())


def test_without_its_role_nothing_is_known(aws: MotoAws, key: AccessKeyId) -> None:
    away = elsewhere(replace(ACCOUNT, id="210987654321"))
    role = away.reader_role_arn or ""
    assert why(aws, key, reader_role_arn=role.replace(ID, "210987654321"), external_id="other") is Unread.DENIED


def test_an_event_with_missing_fields_still_counts(aws: MotoAws, key: AccessKeyId) -> None:
    bare = dict.fromkeys(("userAgent", "sourceIPAddress", "awsRegion", "userIdentity", "eventSource"), ABSENT)
    aws.aws.trail.seed(key, Use("s3", "ListBuckets", ago=HOUR, changes=bare))
    (seen,) = read(aws, key).events
    assert (seen.source, seen.address, seen.user_agent, seen.region) == ("s3.amazonaws.com", "", "", EU)


@pytest.mark.parametrize(
    "told",
    [
        "not json",
        "[]",
        "[" * 5000,
        json.dumps({"userIdentity": "x", "requestParameters": 7, "userAgent": ["x"], "errorCode": {}}),
        json.dumps({"eventSource": "<!channel>", "eventName": "x" * 9000, "awsRegion": "\n", "vpcEndpointId": "x"}),
        json.dumps({"eventName": "AssumeRole", "requestParameters": {"roleArn": f"{ROLE}<@U1>"}}),
        json.dumps({"userAgent": "\x00\u202e" * 9000, "sourceIPAddress": "<@U02BOB>" * 900}),
    ],
)
def test_a_hostile_event_is_trimmed(told: str) -> None:
    seen = event({"EventTime": START, "CloudTrailEvent": told, "Username": "<b>"}, ID, GONE, EU)
    assert seen is not None
    assert (seen.assumed_role, seen.user, seen.vpc_endpoint, seen.error, seen.region) == (None, None, None, None, EU)
    assert len(seen.user_agent) <= 2048
    assert len(seen.address) <= 128
    assert not set(seen.source + seen.name) & set("<>")


def test_events_of_another_account_or_key_and_those_without_a_time_are_left_out() -> None:
    def one(at: object, **who: str) -> object:
        row = {"EventTime": at, "CloudTrailEvent": json.dumps({"userIdentity": who})}
        return event(row, ID, GONE, EU)

    assert one(START, accountId=ID, accessKeyId=GONE) is not None
    assert one(START, accountId="210987654321") is None
    assert one(START, accessKeyId="AKIAOTHER") is None
    assert one("yesterday") is one(None) is one(START.replace(tzinfo=None)) is None
