"""The stand-in against real boto3: what a key may do by policy, boundary, groups, time and network."""

import json
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from bot.sandbox.aws import Network
from tests.sandbox.aws_world import BOUNDARY, BOUNDARY_DOCUMENT, READ_REPORTS, World

ALLOW_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}
DENY_ALL = {"Effect": "Deny", "Action": "*", "Resource": "*"}


@pytest.fixture
def world():
    world = World()
    world.aws.start()
    world.aws.seed_demo(BOUNDARY_DOCUMENT, {"reports-session": {"Statement": [READ_REPORTS]}})
    yield world
    world.close()


def code(refused):
    return refused.value.response["Error"]["Code"]


def refused_code(call, **params):
    with pytest.raises(ClientError) as refused:
        call(**params)
    return code(refused)


def test_what_no_policy_allows_is_denied(world):
    key = world.user()
    s3 = world.holder("s3", key)

    assert refused_code(s3.put_object, Bucket="reports", Key="x", Body=b"") == "AccessDenied"
    assert refused_code(s3.list_objects_v2, Bucket="reports") == "AccessDenied"
    assert refused_code(world.holder("iam", key).list_users) == "AccessDenied"


@pytest.mark.parametrize(
    ("action", "resource", "call"),
    [
        ("s3:ListBucket", "arn:aws:s3:::reports", lambda s3: s3.list_objects_v2(Bucket="reports")),
        ("s3:ListAllMyBuckets", "*", lambda s3: s3.list_buckets()),
        (
            "s3:PutObject",
            "arn:aws:s3:::reports/a b/ü+&.txt",
            lambda s3: s3.put_object(Bucket="reports", Key="a b/ü+&.txt"),
        ),
        ("s3:DeleteObject", "arn:aws:s3:::reports/x", lambda s3: s3.delete_object(Bucket="reports", Key="x")),
        (
            "s3:DeleteObject",
            "arn:aws:s3:::reports/x&y",
            lambda s3: s3.delete_objects(Bucket="reports", Delete={"Objects": [{"Key": "x&y"}]}),
        ),
        ("s3:GetBucketLocation", "arn:aws:s3:::reports", lambda s3: s3.get_bucket_location(Bucket="reports")),
    ],
)
def test_it_asks_for_the_action_that_aws_asks_for(world, action, resource, call):
    without = world.user("without", policies=[{"Effect": "Allow", "NotAction": action, "Resource": "*"}])
    key = world.user(policies=[{"Effect": "Allow", "Action": action, "Resource": resource}])

    call(world.holder("s3", key))
    assert refused_code(lambda: call(world.holder("s3", without))) == "AccessDenied"


def test_the_lease_ends_by_the_policy_and_the_clock_alone(world):
    key = world.user()
    until = {"DateGreaterThan": {"aws:CurrentTime": "2026-11-24T13:00:00Z"}}
    world.put("grant-1", DENY_ALL | {"Condition": until})
    assert world.read(key)

    world.advance(hours=2)

    assert refused_code(world.read, credentials=key) == "AccessDenied"
    assert world.holder("sts", key).get_caller_identity()["Arn"].endswith("user/latchkey/grant-1")
    assert world.holder("sts", key).get_session_token()["Credentials"]


def test_it_can_be_later_for_one_key_alone(world):
    key, other = world.user(), world.user("grant-2")
    until = {"DateGreaterThan": {"aws:CurrentTime": "2026-11-24T13:00:00Z"}}
    for name in ("grant-1", "grant-2"):
        world.put(name, DENY_ALL | {"Condition": until})
    world.aws.later[key["AccessKeyId"]] = timedelta(hours=2)

    assert refused_code(world.read, credentials=key) == "AccessDenied"
    assert world.read(other)

    del world.aws.later[key["AccessKeyId"]]
    assert world.read(key)


def test_the_boundary_caps_the_policy_and_is_shown(world):
    key = world.user(policies=[ALLOW_ALL], PermissionsBoundary=BOUNDARY)

    assert world.read(key)
    assert refused_code(world.holder("iam", key).list_users) == "AccessDenied"
    assert refused_code(world.holder("sts", key).get_access_key_info, AccessKeyId=key["AccessKeyId"]) == "AccessDenied"
    user = world.client("iam").get_user(UserName="grant-1")["User"]
    assert user["PermissionsBoundary"]["PermissionsBoundaryArn"] == BOUNDARY
    details = world.client("iam").get_account_authorization_details(Filter=["User"])["UserDetailList"]
    assert [u["PermissionsBoundary"]["PermissionsBoundaryArn"] for u in details if u["UserName"] == "grant-1"]


def test_a_boundary_can_be_put_and_taken_off(world):
    key, iam = world.user(policies=[ALLOW_ALL]), world.client("iam")
    iam.put_user_permissions_boundary(UserName="grant-1", PermissionsBoundary=BOUNDARY)
    assert refused_code(world.holder("iam", key).list_users) == "AccessDenied"

    iam.delete_user_permissions_boundary(UserName="grant-1")

    assert world.holder("iam", key).list_users()
    assert "PermissionsBoundary" not in iam.get_user(UserName="grant-1")["User"]


def test_a_boundary_that_does_not_exist_is_refused(world):
    iam, missing = world.client("iam"), BOUNDARY + "-missing"

    assert refused_code(iam.create_user, UserName="a", PermissionsBoundary=missing) == "NoSuchEntity"
    assert "a" not in [u["UserName"] for u in iam.list_users()["Users"]]


def test_a_new_default_version_of_the_boundary_counts_at_once(world):
    key = world.user(PermissionsBoundary=BOUNDARY)
    document = json.dumps({"Version": "2012-10-17", "Statement": [DENY_ALL]})
    world.client("iam").create_policy_version(PolicyArn=BOUNDARY, PolicyDocument=document, SetAsDefault=True)

    assert refused_code(world.read, credentials=key) == "AccessDenied"


def test_awss_own_deny_all_can_be_attached_and_detached(world):
    key, iam, arn = world.user(), world.client("iam"), "arn:aws:iam::aws:policy/AWSDenyAll"
    iam.attach_user_policy(UserName="grant-1", PolicyArn=arn)
    assert refused_code(world.read, credentials=key) == "AccessDenied"

    iam.detach_user_policy(UserName="grant-1", PolicyArn=arn)

    assert world.read(key)


def test_policies_of_groups_count(world):
    key, iam = world.user(policies=[]), world.client("iam")
    iam.create_group(GroupName="readers")
    iam.add_user_to_group(GroupName="readers", UserName="grant-1")
    document = json.dumps({"Version": "2012-10-17", "Statement": [READ_REPORTS]})
    iam.put_group_policy(GroupName="readers", PolicyName="p", PolicyDocument=document)

    assert world.read(key)


def test_source_address_and_vpc_endpoint_are_judged(world):
    key = world.user()
    outside = {"NotIpAddress": {"aws:SourceIp": "203.0.113.0/24"}, "Null": {"aws:SourceVpce": "true"}}
    elsewhere = {"StringNotEqualsIfExists": {"aws:SourceVpce": "vpce-1"}, "Null": {"aws:SourceVpce": "false"}}
    world.put("grant-1", DENY_ALL | {"Condition": outside}, "ip")
    world.put("grant-1", DENY_ALL | {"Condition": elsewhere}, "vpce")

    assert refused_code(world.read, credentials=key) == "AccessDenied"
    world.aws.network = Network(source_ip="203.0.113.7")
    assert world.read(key)
    world.aws.network = Network(source_vpce="vpce-1")
    assert world.read(key)
    world.aws.network = Network(source_vpce="vpce-2")
    assert refused_code(world.read, credentials=key) == "AccessDenied"


def test_an_issuer_is_held_to_path_and_boundary(world):
    own = {"Effect": "Allow", "Resource": "arn:aws:iam::123456789012:user/latchkey/*"}
    bounded = own | {
        "Action": ["iam:CreateUser", "iam:PutUserPolicy"],
        "Condition": {"StringEquals": {"iam:PermissionsBoundary": BOUNDARY}},
    }
    key = world.user("issuer", path="/service/", policies=[bounded, own | {"Action": "iam:CreateAccessKey"}])
    iam = world.holder("iam", key)
    iam.create_user(UserName="grant-2", Path="/latchkey/", PermissionsBoundary=BOUNDARY)
    iam.put_user_policy(UserName="grant-2", PolicyName="p", PolicyDocument=json.dumps(BOUNDARY_DOCUMENT))
    iam.create_access_key(UserName="grant-2")

    assert refused_code(iam.create_user, UserName="grant-3", Path="/latchkey/") == "AccessDenied"
    assert refused_code(iam.create_user, UserName="a", PermissionsBoundary=BOUNDARY) == "AccessDenied"
    assert refused_code(iam.create_access_key, UserName="latchkey-worker") == "AccessDenied"
    world.client("iam").delete_user_permissions_boundary(UserName="grant-2")
    put = {"UserName": "grant-2", "PolicyName": "q", "PolicyDocument": json.dumps(BOUNDARY_DOCUMENT)}
    assert refused_code(iam.put_user_policy, **put) == "AccessDenied"


def test_tags_made_with_a_user_need_the_right_to_tag(world):
    allow = {"Effect": "Allow", "Action": "iam:CreateUser", "Resource": "*"}
    iam = world.holder("iam", world.user("issuer", policies=[allow]))
    tagged = {"UserName": "grant-2", "Tags": [{"Key": "latchkey:grant", "Value": "g"}]}

    assert refused_code(iam.create_user, **tagged) == "AccessDenied"
    world.put("issuer", allow | {"Action": "iam:TagUser"})
    assert iam.create_user(**tagged)


def test_a_principals_tags_are_condition_keys(world):
    wants = {"StringEquals": {"aws:PrincipalTag/latchkey:entitlement": "reports-read"}}
    tags = [{"Key": "latchkey:entitlement", "Value": "reports-read"}]
    with_tag = world.user("a", policies=[READ_REPORTS | {"Condition": wants}], Tags=tags)
    without = world.user("b", policies=[READ_REPORTS | {"Condition": wants}])

    assert world.read(with_tag)
    assert refused_code(world.read, credentials=without) == "AccessDenied"


def test_an_operator_that_it_does_not_know_is_named_not_guessed(world):
    key = world.user(policies=[READ_REPORTS | {"Condition": {"BinaryEquals": {"aws:x": "QQ=="}}}])

    with pytest.raises(ClientError, match="BinaryEquals"):
        world.read(key)
