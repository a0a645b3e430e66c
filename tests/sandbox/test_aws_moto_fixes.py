"""Corrections of moto's IAM, the planned faults, and the list of calls."""

import json
import threading

import pytest
from botocore.exceptions import ClientError, ConnectionClosedError

from tests.sandbox.aws_world import BOUNDARY_DOCUMENT, NOW, World


@pytest.fixture
def world():
    world = World()
    world.aws.start()
    world.aws.seed_demo(BOUNDARY_DOCUMENT, {})
    yield world
    world.close()


def refused_code(call, **params):
    with pytest.raises(ClientError) as refused:
        call(**params)
    return refused.value.response["Error"]["Code"]


def test_dates_are_whole_seconds_of_the_injected_clock(world):
    key, iam = world.user(), world.client("iam")

    listed = iam.list_access_keys(UserName="grant-1")["AccessKeyMetadata"][0]["CreateDate"]

    assert key["CreateDate"] == listed == NOW.replace(microsecond=0)
    assert iam.get_user(UserName="grant-1")["User"]["CreateDate"] == listed


def test_last_used_is_reported_after_a_real_call_even_a_denied_one(world):
    key, iam = world.user(), world.client("iam")
    last = iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])
    assert last["UserName"] == "grant-1"
    assert "LastUsedDate" not in last["AccessKeyLastUsed"]
    world.advance(days=3)
    refused_code(world.holder("s3", key).list_buckets)

    last = iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])["AccessKeyLastUsed"]

    assert last == {"LastUsedDate": world.now.replace(microsecond=0), "ServiceName": "s3", "Region": "eu-central-1"}


def test_a_call_with_a_wrong_secret_is_not_a_use(world):
    key, iam = world.user(), world.client("iam")
    refused_code(world.holder("s3", key | {"SecretAccessKey": "x" * 40}).list_buckets)

    last = iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])["AccessKeyLastUsed"]

    assert "LastUsedDate" not in last


def test_delete_user_conflicts_until_everything_is_gone(world):
    key, iam = world.user(), world.client("iam")
    iam.create_login_profile(UserName="grant-1", Password="Long-enough-1!")
    iam.create_group(GroupName="g")
    iam.add_user_to_group(GroupName="g", UserName="grant-1")
    steps = [
        lambda: iam.delete_access_key(UserName="grant-1", AccessKeyId=key["AccessKeyId"]),
        lambda: iam.delete_login_profile(UserName="grant-1"),
        lambda: iam.remove_user_from_group(GroupName="g", UserName="grant-1"),
        lambda: iam.delete_user_policy(UserName="grant-1", PolicyName="policy-0"),
    ]
    for step in steps:
        assert refused_code(iam.delete_user, UserName="grant-1") == "DeleteConflict"
        step()

    iam.delete_user(UserName="grant-1")

    assert refused_code(iam.get_user, UserName="grant-1") == "NoSuchEntity"
    assert refused_code(iam.delete_user, UserName="grant-1") == "NoSuchEntity"


def test_all_that_a_tear_down_lists_can_be_listed(world):
    world.user()
    iam = world.client("iam")

    assert iam.list_service_specific_credentials(UserName="grant-1")["ServiceSpecificCredentials"] == []
    assert iam.list_mfa_devices(UserName="grant-1")["MFADevices"] == []
    assert iam.list_signing_certificates(UserName="grant-1")["Certificates"] == []
    assert iam.list_ssh_public_keys(UserName="grant-1")["SSHPublicKeys"] == []
    assert iam.list_groups_for_user(UserName="grant-1")["Groups"] == []
    assert refused_code(iam.get_login_profile, UserName="grant-1") == "NoSuchEntity"
    assert refused_code(iam.list_service_specific_credentials, UserName="nobody") == "NoSuchEntity"


def test_users_are_listed_in_pages(world):
    iam = world.client("iam")
    for number in range(5):
        iam.create_user(UserName=f"grant-{number}", Path="/latchkey/", Tags=[{"Key": "a", "Value": "b"}])

    first = iam.list_users(PathPrefix="/latchkey/", MaxItems=2)
    pages = list(iam.get_paginator("list_users").paginate(PathPrefix="/latchkey/", PaginationConfig={"PageSize": 2}))

    assert first["IsTruncated"]
    assert [u["UserName"] for u in first["Users"]] == ["grant-0", "grant-1"]
    assert [len(page["Users"]) for page in pages] == [2, 2, 1]


def test_quotas_of_a_user_hold(world):
    world.user()
    iam = world.client("iam")
    iam.create_access_key(UserName="grant-1")
    assert refused_code(iam.create_access_key, UserName="grant-1") == "LimitExceeded"

    long = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::" + "x" * 2048}
    document = json.dumps({"Version": "2012-10-17", "Statement": [long]})
    put = {"UserName": "grant-1", "PolicyName": "long", "PolicyDocument": document}
    assert refused_code(iam.put_user_policy, **put) == "LimitExceeded"


# --- faults ------------------------------------------------------------------------------------------------------


def keys_of(world):
    return world.client("iam").list_access_keys(UserName="grant-1")["AccessKeyMetadata"]


def test_a_lost_answer_leaves_the_key_behind(world):
    world.user()
    world.aws.faults.lose_answer("CreateAccessKey")
    iam = world.client("iam")

    with pytest.raises(ConnectionClosedError):
        iam.create_access_key(UserName="grant-1")

    assert len(keys_of(world)) == 2
    assert [c.status for c in world.aws.calls if c.action == "CreateAccessKey"] == [200, 0]


def test_a_call_can_be_lost_before_it_is_carried_out(world):
    world.user()
    world.aws.faults.lose_answer("CreateAccessKey", perform=False)
    iam = world.client("iam")

    with pytest.raises(ConnectionClosedError):
        iam.create_access_key(UserName="grant-1")

    assert len(keys_of(world)) == 1


@pytest.mark.parametrize(
    ("plan", "code"),
    [
        ("throttle", "Throttling"),
        ("deny", "AccessDenied"),
        ("server_error", "ServiceFailure"),
        ("limit_exceeded", "LimitExceeded"),
        ("delay_visibility", "NoSuchEntity"),
    ],
)
def test_a_planned_refusal_happens_as_often_as_planned_and_does_nothing(world, plan, code):
    world.user()
    getattr(world.aws.faults, plan)("iam:CreateAccessKey", 2)
    create = world.client("iam").create_access_key

    assert [refused_code(create, UserName="grant-1") for _ in range(2)] == [code, code]
    assert len(keys_of(world)) == 1
    create(UserName="grant-1")


def test_a_server_error_may_hide_a_success(world):
    world.user()
    world.aws.faults.server_error("CreateAccessKey", perform=True)

    assert refused_code(world.client("iam").create_access_key, UserName="grant-1") == "ServiceFailure"
    assert len(keys_of(world)) == 2


def test_a_call_can_be_held_while_others_go_on(world):
    world.user()
    arrived, go_on = threading.Event(), threading.Event()
    world.aws.faults.call_back("CreateAccessKey", lambda: (arrived.set(), go_on.wait(10)))
    iam, keys = world.client("iam"), []
    held = threading.Thread(target=lambda: keys.append(iam.create_access_key(UserName="grant-1")))
    held.start()
    assert arrived.wait(10)
    assert len(keys_of(world)) == 1

    go_on.set()
    held.join(10)

    assert len(keys) == 1


# --- the list of calls -------------------------------------------------------------------------------------------


def test_calls_are_written_down_without_secrets(world):
    key = world.user()
    iam = world.client("iam")
    iam.create_login_profile(UserName="grant-1", Password="Long-enough-1!")
    refused_code(world.holder("s3", key).list_buckets)

    call = next(c for c in world.aws.calls if c.action == "CreateAccessKey")

    assert (call.at, call.service, call.status) == (NOW, "iam", 200)
    assert call.access_key_id == world.aws.admin[0]
    assert call.params["UserName"] == "grant-1"
    assert world.aws.count("CreateAccessKey") == 1
    assert world.aws.calls[-1].status == 403
    written = repr(world.aws.calls)
    assert "Long-enough" not in written
    assert key["SecretAccessKey"] not in written
    assert world.aws.admin[1] not in written
