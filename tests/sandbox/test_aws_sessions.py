"""Sessions of the stand-in: they are distinct, they expire, and both role and session policy apply."""

import json

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.aws_world import BOUNDARY_DOCUMENT, READ_REPORTS, World

ROLE = "arn:aws:iam::123456789012:role/"
ALLOW_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


def trust(principal, action="sts:AssumeRole", **more):
    return {"Statement": [{"Effect": "Allow", "Principal": {"AWS": principal}, "Action": action} | more]}


@pytest.fixture
def world():
    world = World()
    world.aws.start()
    policy = {"Statement": [READ_REPORTS]}
    roles = {
        "reports-session": policy,
        "external": {
            "policy": policy,
            "trust": trust("123456789012", Condition={"StringEquals": {"sts:ExternalId": "shared"}}),
        },
        "alice-only": {"policy": policy, "trust": trust("arn:aws:iam::123456789012:user/latchkey/alice")},
    }
    world.aws.seed_demo(BOUNDARY_DOCUMENT, roles)
    yield world
    world.close()


def assume(world, role="reports-session", sts=None, **more):
    sts = sts or world.client("sts")
    return sts.assume_role(RoleArn=ROLE + role, RoleSessionName="U01ALICE", **more)["Credentials"]


def refused_code(call, *args, **params):
    with pytest.raises(ClientError) as refused:
        call(*args, **params)
    return refused.value.response["Error"]["Code"]


def test_a_role_session_does_what_its_role_may_and_no_more(world):
    session = assume(world)

    assert world.read(session)
    assert refused_code(world.holder("s3", session).list_buckets) == "AccessDenied"
    arn = world.holder("sts", session).get_caller_identity()["Arn"]
    assert arn == "arn:aws:sts::123456789012:assumed-role/reports-session/U01ALICE"


def test_the_session_policy_narrows_the_role(world):
    nothing = {"Version": "2012-10-17", "Statement": [READ_REPORTS | {"Resource": "arn:aws:s3:::other/*"}]}

    assert refused_code(world.read, assume(world, Policy=json.dumps(nothing))) == "AccessDenied"
    widest = {"Version": "2012-10-17", "Statement": [ALLOW_ALL]}
    wide = assume(world, Policy=json.dumps(widest))
    assert world.read(wide)
    assert refused_code(world.holder("s3", wide).list_buckets) == "AccessDenied"


def test_a_session_expires_by_the_injected_clock(world):
    session = assume(world, DurationSeconds=900)
    world.advance(seconds=899)
    assert world.read(session)

    world.advance(seconds=1)

    assert refused_code(world.read, session) == "ExpiredToken"
    assert refused_code(world.holder("sts", session).get_caller_identity) == "ExpiredToken"


@pytest.mark.parametrize("token", [None, "other"])
def test_a_session_key_needs_its_own_token(world, token):
    session = assume(world)
    session["SessionToken"] = assume(world)["SessionToken"] if token else None

    assert refused_code(world.holder("sts", session).get_caller_identity) == "InvalidClientTokenId"


def test_a_session_with_a_wrong_secret_is_refused(world):
    session = assume(world) | {"SecretAccessKey": "x" * 40}

    assert refused_code(world.read, session) == "SignatureDoesNotMatch"


def test_a_role_has_to_exist(world):
    assert refused_code(assume, world, "missing") == "AccessDenied"


def test_the_external_id_is_honoured(world):
    assert refused_code(assume, world, "external") == "AccessDenied"
    assert refused_code(assume, world, "external", ExternalId="guessed") == "AccessDenied"
    assert assume(world, "external", ExternalId="shared")


def test_a_trust_policy_that_names_one_user_lets_in_no_one_else(world):
    alice = world.holder("sts", world.user("alice", policies=[]))
    bob = world.holder("sts", world.user("bob", policies=[ALLOW_ALL]))

    assert assume(world, "alice-only", sts=alice)
    assert refused_code(assume, world, "alice-only", sts=bob) == "AccessDenied"
    assert refused_code(assume, world, "alice-only") == "AccessDenied"


def test_trust_in_the_account_still_needs_an_allow(world):
    carol = world.holder("sts", world.user("carol", policies=[]))
    assert refused_code(assume, world, sts=carol) == "AccessDenied"

    world.put("carol", {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": ROLE + "reports-session"})

    assert assume(world, sts=carol)
    assert refused_code(assume, world, sts=carol, SourceIdentity="U03CAROL") == "AccessDenied"


@pytest.mark.parametrize("seconds", [900, 43200])
def test_a_role_lasts_between_aws_least_and_its_most(world, seconds):
    session = assume(world, DurationSeconds=seconds)

    assert (session["Expiration"] - world.now.replace(microsecond=0)).total_seconds() == seconds


def test_chaining_is_capped_at_an_hour(world):
    hop = {"Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [hop]})
    world.client("iam").put_role_policy(RoleName="reports-session", PolicyName="hop", PolicyDocument=document)
    sts = world.holder("sts", assume(world))

    assert refused_code(assume, world, sts=sts, DurationSeconds=3601) == "ValidationError"
    assert assume(world, sts=sts, DurationSeconds=3600)


def test_get_session_token_gives_distinct_keys_of_the_user(world):
    sts = world.holder("sts", world.user(policies=[ALLOW_ALL]))
    one, two = (sts.get_session_token()["Credentials"] for _ in range(2))

    assert one["AccessKeyId"] != two["AccessKeyId"]
    assert world.read(one)
    assert world.holder("sts", two).get_caller_identity()["Arn"].endswith("user/latchkey/grant-1")
    assert refused_code(world.holder("iam", one).list_users) == "AccessDenied"
    assert refused_code(world.holder("sts", one).get_session_token) == "AccessDenied"


def test_a_session_outlives_its_inactive_key_until_token_issue_time_is_denied(world):
    key = world.user()
    session = world.holder("sts", key).get_session_token()["Credentials"]
    iam = world.client("iam")
    iam.update_access_key(UserName="grant-1", AccessKeyId=key["AccessKeyId"], Status="Inactive")
    assert world.read(session)
    iam.update_access_key(UserName="grant-1", AccessKeyId=key["AccessKeyId"], Status="Active")

    world.advance(seconds=5)
    cut = {"DateLessThan": {"aws:TokenIssueTime": world.now.isoformat()}}
    world.put("grant-1", {"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": cut})

    assert refused_code(world.read, session) == "AccessDenied"
    assert world.read(key)  # a long-term key has no TokenIssueTime


def test_a_session_ends_with_its_deleted_user(world):
    key = world.user(policies=[])
    session = world.holder("sts", key).get_session_token()["Credentials"]
    iam = world.client("iam")
    iam.delete_access_key(UserName="grant-1", AccessKeyId=key["AccessKeyId"])
    iam.delete_user(UserName="grant-1")
    iam.create_user(UserName="grant-1", Path="/latchkey/")

    assert refused_code(world.holder("sts", session).get_caller_identity) == "InvalidClientTokenId"
