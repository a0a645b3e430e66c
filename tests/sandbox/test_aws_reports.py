"""Account-wide reads of the stand-in: AWS's four hours, its columns, its slots, and pages of users."""

import csv
import io
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from tests.credential_reports import HEAD
from tests.sandbox.aws_world import BOUNDARY_DOCUMENT, World


@pytest.fixture
def world():
    world = World()
    world.aws.start()
    world.aws.seed_demo(BOUNDARY_DOCUMENT, {})
    world.aws.report_takes(0)
    yield world
    world.close()


def refused(call, **params):
    with pytest.raises(ClientError) as found:
        call(**params)
    answer = found.value.response
    return answer["Error"]["Code"], answer["ResponseMetadata"]["HTTPStatusCode"]


def report(iam):
    iam.generate_credential_report()
    text = iam.get_credential_report()["Content"].decode()
    return {row["user"]: row for row in csv.DictReader(io.StringIO(text))}


def test_a_report_is_absent_then_in_progress_then_there_and_then_too_old(world):
    iam = world.client("iam")
    world.aws.report_takes(1)
    assert refused(iam.get_credential_report) == ("ReportNotPresent", 410)
    assert iam.generate_credential_report()["State"] == "STARTED"
    assert iam.generate_credential_report()["State"] == "INPROGRESS"
    assert refused(iam.get_credential_report) == ("ReportInProgress", 404)
    made = iam.get_credential_report()["GeneratedTime"]
    assert made == world.now.replace(microsecond=0)
    world.advance(hours=3, minutes=59)
    assert iam.generate_credential_report()["State"] == "COMPLETE"
    assert iam.get_credential_report()["GeneratedTime"] == made
    world.advance(minutes=1)
    assert refused(iam.get_credential_report) == ("ReportExpired", 410)
    assert iam.generate_credential_report()["State"] == "STARTED"


def test_the_columns_are_aws_own_and_the_root_user_comes_first(world):
    iam = world.client("iam")
    iam.generate_credential_report()
    text = iam.get_credential_report()["Content"].decode()
    assert text.splitlines()[0] == HEAD
    assert text.splitlines()[1].startswith("<root_account>,arn:aws:iam::123456789012:root,")
    assert not text.endswith("\n")


def test_the_report_does_not_follow_what_happens_after_it(world):
    iam = world.client("iam")
    assert "grant-1" not in report(iam)
    world.user()
    assert "grant-1" not in report(iam)
    world.advance(hours=4)
    assert "grant-1" in report(iam)


def test_a_key_keeps_its_slot_and_the_first_one_need_not_be_in_slot_one(world):
    key, iam = world.user(), world.client("iam")
    row = report(iam)["grant-1"]
    made = row["user_creation_time"]
    assert [row["access_key_1_active"], row["access_key_2_active"]] == ["false", "true"]
    world.advance(hours=4)
    iam.create_access_key(UserName="grant-1")
    row = report(iam)["grant-1"]
    assert row["access_key_2_last_rotated"] == made
    younger = row["access_key_1_last_rotated"]
    assert younger > made
    iam.delete_access_key(UserName="grant-1", AccessKeyId=key["AccessKeyId"])
    world.advance(hours=4)
    row = report(iam)["grant-1"]
    assert [row["access_key_1_last_rotated"], row["access_key_2_last_rotated"]] == [younger, "N/A"]


def test_use_password_mfa_and_a_third_key_are_shown(world):
    key, iam = world.user(), world.client("iam")
    iam.create_login_profile(UserName="grant-1", Password="Long-enough-1!")
    world.advance(days=1)
    refused(world.holder("iam", key).list_users)
    user = world.aws._directory.backend.users["grant-1"]
    for _ in range(2):  # concurrent creates can leave more than two
        user.create_access_key(prefix="AKIA")
    row = report(iam)["grant-1"]
    used = (world.now - timedelta(microseconds=world.now.microsecond)).isoformat()
    assert [row[f"access_key_2_last_used_{each}"] for each in ("date", "service")] == [used, "iam"]
    assert (row["password_enabled"], row["password_last_used"], row["mfa_active"]) == (
        "true",
        "no_information",
        "false",
    )
    assert row["additional_credentials_info"].startswith("1 more access key")


def test_root_keys_are_shown_when_there_are_some(world):
    world.aws.give_root_keys(1)
    row = report(world.client("iam"))["<root_account>"]
    assert [row["access_key_1_active"], row["access_key_2_active"]] == ["true", "false"]
    assert row["password_enabled"] == "not_supported"
    world.aws.reset()
    world.aws.report_takes(0)
    assert report(world.client("iam"))["<root_account>"]["access_key_1_active"] == "false"


def test_users_come_page_by_page_with_tags_policies_and_boundary(world):
    iam = world.client("iam")
    boundary = "arn:aws:iam::123456789012:policy/latchkey/boundary"
    for number in range(5):
        tags = [{"Key": "Slack", "Value": f"U0{number}"}]
        iam.create_user(UserName=f"user-{number}", Path="/team/", Tags=tags, PermissionsBoundary=boundary)
    iam.attach_user_policy(UserName="user-1", PolicyArn="arn:aws:iam::aws:policy/AWSCompromisedKeyQuarantineV2")
    pages = iam.get_paginator("get_account_authorization_details").paginate(
        Filter=["User"], PaginationConfig={"PageSize": 2}
    )
    found = [page["UserDetailList"] for page in pages]
    assert [len(page) for page in found] == [2, 2, 2]
    user = {row["UserName"]: row for page in found for row in page}["user-1"]
    assert user["Tags"] == [{"Key": "Slack", "Value": "U01"}]
    assert [row["PolicyName"] for row in user["AttachedManagedPolicies"]] == ["AWSCompromisedKeyQuarantineV2"]
    assert user["PermissionsBoundary"]["PermissionsBoundaryArn"] == boundary
    assert user["Arn"] == "arn:aws:iam::123456789012:user/team/user-1"


def test_what_the_stand_in_does_not_tell_it_refuses(world):
    ask = world.client("iam").get_account_authorization_details
    assert refused(ask) == ("NotImplemented", 501)
    assert refused(ask, Filter=["User", "Role"]) == ("NotImplemented", 501)


def test_only_who_may_gets_the_report_and_the_users(world):
    allow = {"Effect": "Allow", "Action": "iam:GetCredentialReport", "Resource": "*"}
    mine = world.holder("iam", world.user(policies=[allow]))
    assert refused(mine.generate_credential_report) == ("AccessDenied", 403)
    assert refused(mine.get_credential_report) == ("ReportNotPresent", 410)
    assert refused(mine.get_account_authorization_details, Filter=["User"]) == ("AccessDenied", 403)
