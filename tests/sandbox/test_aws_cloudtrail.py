"""LookupEvents against real boto3: what is recorded, what is shown, and what is refused."""

import json
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from bot.sandbox.aws import ABSENT, Network, Use
from bot.sandbox.aws.cloudtrail import agents
from tests.sandbox.aws_world import BOUNDARY_DOCUMENT, NOW, READ_REPORTS, World

DAY = timedelta(days=1)
ROLE = "arn:aws:iam::123456789012:role/reports-session"
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}


@pytest.fixture
def world():
    world = World()
    world.aws.start()
    world.aws.seed_demo(BOUNDARY_DOCUMENT, {"reports-session": {"Statement": [READ_REPORTS]}})
    yield world
    world.close()


def by_key(key):
    return {"LookupAttributes": [{"AttributeKey": "AccessKeyId", "AttributeValue": key}]}


def looked_up(world, key, region="eu-central-1", **more):
    world.advance(seconds=1)
    return world.client("cloudtrail", region=region).lookup_events(**by_key(key), **more)


def written(world, key, region="eu-central-1"):
    return [json.loads(each["CloudTrailEvent"]) for each in looked_up(world, key, region)["Events"]]


def refused(world, **params):
    world.advance(seconds=1)
    with pytest.raises(ClientError) as error:
        world.client("cloudtrail").lookup_events(**params)
    return error.value.response["Error"]["Code"]


def test_a_call_is_written_down_as_cloudtrail_writes_it(world):
    key = world.user(policies=[EVERYTHING])
    world.aws.network = Network("198.51.100.9", "")
    world.holder("s3", key).list_buckets()
    world.advance(hours=1)
    world.aws.network = Network("10.0.0.8", "vpce-0abc")
    world.holder("s3", key).get_bucket_acl(Bucket="reports")

    newest, first = written(world, key["AccessKeyId"])
    assert (newest["eventName"], newest["vpcEndpointId"]) == ("GetBucketAcl", "vpce-0abc")
    assert first["userIdentity"] == {
        "type": "IAMUser",
        "principalId": first["userIdentity"]["principalId"],
        "arn": "arn:aws:iam::123456789012:user/latchkey/grant-1",
        "accountId": "123456789012",
        "accessKeyId": key["AccessKeyId"],
        "userName": "grant-1",
    }
    assert first["userAgent"].startswith("Boto3/")
    assert {name: first[name] for name in ("eventTime", "eventSource", "awsRegion", "sourceIPAddress")} == {
        "eventTime": "2026-11-24T12:00:00Z",
        "eventSource": "s3.amazonaws.com",
        "awsRegion": "eu-central-1",
        "sourceIPAddress": "198.51.100.9",
    }
    assert (first["readOnly"], first["managementEvent"], first["eventCategory"]) == (True, True, "Management")
    assert first["responseElements"] is None
    assert not {"errorCode", "errorMessage", "vpcEndpointId"} & set(first)


def test_object_reads_are_data_events_and_not_shown(world):
    key = world.user()
    assert world.read(key)
    assert written(world, key["AccessKeyId"]) == []


def test_iam_and_sts_are_in_us_east_1(world):
    key = world.user(policies=[EVERYTHING])
    world.holder("sts", key).get_caller_identity()
    world.holder("iam", key).list_users()

    assert written(world, key["AccessKeyId"], "eu-central-1") == []
    there = written(world, key["AccessKeyId"], "us-east-1")
    assert [each["eventName"] for each in there] == ["ListUsers", "GetCallerIdentity"]
    assert {each["awsRegion"] for each in there} == {"us-east-1"}


def test_a_denied_call_has_its_error(world):
    key = world.user()
    with pytest.raises(ClientError):
        world.holder("iam", key).list_users()

    (event,) = written(world, key["AccessKeyId"], "us-east-1")
    assert event["errorCode"] == "AccessDenied"
    assert "not authorized to perform: iam:ListUsers" in event["errorMessage"]


def test_an_assumed_role_names_role_and_session_and_its_calls_have_their_own_key(world):
    key = world.user(policies=[EVERYTHING])
    sts = world.holder("sts", key)
    issued = sts.assume_role(RoleArn=ROLE, RoleSessionName="nightly", SourceIdentity="U01ALICE")["Credentials"]
    world.holder("sts", issued).get_caller_identity()

    (event,) = written(world, key["AccessKeyId"], "us-east-1")
    assert event["requestParameters"] == {
        "roleArn": ROLE, "roleSessionName": "nightly", "durationSeconds": 3600, "sourceIdentity": "U01ALICE"
    }  # fmt: skip
    assert event["responseElements"]["credentials"]["accessKeyId"] == issued["AccessKeyId"]
    assert event["responseElements"]["assumedRoleUser"]["arn"].endswith(":assumed-role/reports-session/nightly")
    assert issued["SecretAccessKey"] not in json.dumps(event)
    (inside,) = looked_up(world, issued["AccessKeyId"], "us-east-1")["Events"]
    who = json.loads(inside["CloudTrailEvent"])["userIdentity"]
    assert (who["type"], who["sessionContext"]["sessionIssuer"]["arn"]) == ("AssumedRole", ROLE)
    assert who["sessionContext"]["sourceIdentity"] == "U01ALICE"
    assert inside["Username"] == "nightly"


def test_a_seeded_history_is_paged_by_50_newest_first(world):
    key = world.user()["AccessKeyId"]
    world.aws.trail.seed(key, Use("ec2", "DescribeInstances", ago=DAY, region="eu-central-1", times=120))

    first = looked_up(world, key)
    second = looked_up(world, key, NextToken=first["NextToken"])
    third = looked_up(world, key, NextToken=second["NextToken"])

    assert [len(page["Events"]) for page in (first, second, third)] == [50, 50, 20]
    times = [each["EventTime"] for page in (first, second, third) for each in page["Events"]]
    assert times == sorted(set(times), reverse=True)
    assert "NextToken" not in third


def test_a_window_is_inclusive_and_never_shows_what_is_older_than_90_days(world):
    key = world.user()["AccessKeyId"]
    here = {"region": "eu-central-1"}
    world.aws.trail.seed(key, *(Use("ec2", f"Describe{days}", ago=days * DAY, **here) for days in (1, 2, 3, 91)))
    whole = NOW.replace(microsecond=0)

    def names(**window):
        return [each["EventName"] for each in looked_up(world, key, **window)["Events"]]

    assert names() == ["Describe1", "Describe2", "Describe3"]
    assert names(StartTime=whole - 2 * DAY, EndTime=whole - DAY) == ["Describe1", "Describe2"]
    assert names(StartTime=NOW - 90 * DAY) == ["Describe1", "Describe2", "Describe3"]


def test_what_a_seed_can_say(world):
    key = world.user()["AccessKeyId"]
    here = {"region": "eu-west-1"}
    world.aws.trail.seed(
        key,
        Use("s3", "ListBuckets", ago=DAY, agent=agents.TERRAFORM, address="2001:db8::1", **here),
        Use("s3", "GetBucketAcl", ago=2 * DAY, through="athena.amazonaws.com", **here),
        Use("ec2", "DescribeVpcs", ago=3 * DAY, changes={"userAgent": ABSENT, "sourceIPAddress": "AWS Internal"}),
        Use("s3", "GetObject", ago=timedelta(hours=1), **here),
        Use("sts", "AssumeRole", ago=4 * DAY, role=ROLE),
    )

    direct, through, damaged = written(world, key, "eu-west-1")
    assert (direct["userAgent"], direct["sourceIPAddress"]) == (agents.TERRAFORM, "2001:db8::1")
    assert {through["userAgent"], through["sourceIPAddress"], through["userIdentity"]["invokedBy"]} == {
        "athena.amazonaws.com"
    }
    assert "userAgent" not in damaged
    assert damaged["sourceIPAddress"] == "AWS Internal"
    (assumed,) = written(world, key, "us-east-1")
    assert assumed["responseElements"]["assumedRoleUser"]["arn"].endswith("assumed-role/reports-session/seeded")
    used = world.client("iam").get_access_key_last_used(AccessKeyId=key)["AccessKeyLastUsed"]
    assert (used["ServiceName"], used["Region"]) == ("s3", "eu-west-1")
    assert used["LastUsedDate"] == NOW.replace(microsecond=0) - timedelta(hours=1)


def test_a_key_without_a_user_needs_one(world):
    with pytest.raises(LookupError, match="name a user"):
        world.aws.trail.seed("AKIAIOSFODNN7EXAMPLE", Use("s3", "ListBuckets", ago=DAY))
    world.aws.trail.seed("AKIAIOSFODNN7EXAMPLE", Use("sts", "GetCallerIdentity", ago=DAY), user="latchkey-worker")
    assert len(written(world, "AKIAIOSFODNN7EXAMPLE", "us-east-1")) == 1


def test_two_a_second_for_each_region(world):
    key = world.user()["AccessKeyId"]
    here, there = (world.client("cloudtrail", region=region) for region in ("eu-central-1", "us-east-1"))
    for _ in range(2):
        here.lookup_events(**by_key(key))
    with pytest.raises(ClientError) as throttled:
        here.lookup_events(**by_key(key))
    assert throttled.value.response["Error"]["Code"] == "ThrottlingException"
    there.lookup_events(**by_key(key))  # another region has its own limit

    world.advance(seconds=1)
    here.lookup_events(**by_key(key))


REFUSED = {
    "an unknown attribute": ({"LookupAttributes": [{"AttributeKey": "Colour", "AttributeValue": "x"}]}, "Lookup"),
    "two attributes": ({"LookupAttributes": by_key("A")["LookupAttributes"] * 2}, "Lookup"),
    "a value without end": (by_key("A" * 2001), "Lookup"),
    "the end before the start": ({"StartTime": NOW, "EndTime": NOW - DAY}, "TimeRange"),
    "too long ago": ({"StartTime": NOW - 92 * DAY}, "TimeRange"),
    "too many": ({"MaxResults": 51}, "MaxResults"),
    "another category": ({"EventCategory": "data"}, "EventCategory"),
    "a token out of nowhere": ({"NextToken": "bm8="}, "NextToken"),
}
NAMES = {"Lookup": "InvalidLookupAttributesException"}


@pytest.mark.parametrize("case", REFUSED)
def test_it_refuses(world, case):
    params, what = REFUSED[case]
    assert refused(world, **params) == NAMES.get(what, f"Invalid{what}Exception")


def test_a_token_is_for_the_same_parameters_only(world):
    key = world.user()["AccessKeyId"]
    world.aws.trail.seed(key, Use("ec2", "DescribeInstances", ago=DAY, region="eu-central-1", times=60))
    window = {"StartTime": NOW - 5 * DAY, **by_key(key)}
    token = world.client("cloudtrail").lookup_events(**window)["NextToken"]

    assert refused(world, **window | {"StartTime": NOW - 6 * DAY}, NextToken=token) == "InvalidNextTokenException"
    assert refused(world, **window | by_key("AKIAOTHER"), NextToken=token) == "InvalidNextTokenException"
    assert len(world.client("cloudtrail").lookup_events(**window, NextToken=token)["Events"]) == 10


def test_a_look_up_needs_its_permission(world):
    look = {"Effect": "Allow", "Action": "cloudtrail:LookupEvents", "Resource": "*"}
    with pytest.raises(ClientError) as denied:
        world.holder("cloudtrail", world.user()).lookup_events()
    assert denied.value.response["Error"]["Code"] == "AccessDeniedException"
    assert "cloudtrail:LookupEvents" in denied.value.response["Error"]["Message"]
    assert world.holder("cloudtrail", world.user("other", policies=[look])).lookup_events()["Events"]


def test_a_region_that_is_off_knows_no_key(world):
    world.aws.trail.regions_off.add("ap-east-1")
    with pytest.raises(ClientError) as off:
        world.client("cloudtrail", region="ap-east-1").lookup_events()
    assert off.value.response["Error"]["Code"] == "UnrecognizedClientException"


def test_what_cannot_be_signed_in_is_not_in_the_history(world):
    key = world.user()
    with pytest.raises(ClientError):
        world.holder("iam", key | {"SecretAccessKey": "x" * 40}).list_users()
    assert written(world, key["AccessKeyId"], "us-east-1") == []
