"""Old keys in the stand-in, in the report, the lists and the last use."""

import csv
import io
from datetime import timedelta

import pytest

from bot.sandbox.aws.demo_keys import KEYS, MEMBERS
from bot.sandbox.aws.old_keys import OldKey
from tests.sandbox.aws_world import BOUNDARY_DOCUMENT, World


@pytest.fixture
def world():
    world = World()
    world.aws.start()
    world.aws.seed_demo(BOUNDARY_DOCUMENT, {})
    world.aws.report_takes(0)
    yield world
    world.close()


@pytest.mark.parametrize("idle", [None, timedelta(minutes=12)])
def test_it_was_made_and_used_when_it_says(world, idle):
    made = world.now.replace(microsecond=0) - timedelta(days=400)
    (key,) = world.aws.plant_old_keys(OldKey("old-laptop", "U01ALICE", timedelta(days=400), idle))
    iam = world.client("iam")
    (row,) = iam.list_access_keys(UserName="old-laptop")["AccessKeyMetadata"]
    assert (row["AccessKeyId"], row["Status"], row["CreateDate"]) == (key, "Active", made)
    used = iam.get_access_key_last_used(AccessKeyId=key)["AccessKeyLastUsed"]
    assert used.get("LastUsedDate") == (world.now.replace(microsecond=0) - idle if idle else None)
    assert used["ServiceName"] == ("s3" if idle else "N/A")
    (user,) = [
        each for each in iam.get_account_authorization_details(Filter=["User"])["UserDetailList"]
        if each["UserName"] == "old-laptop"
    ]  # fmt: skip
    assert user["Tags"] == [{"Key": "Slack", "Value": "U01ALICE"}]
    assert user["CreateDate"] == made
    iam.generate_credential_report()
    text = iam.get_credential_report()["Content"].decode()
    (line,) = [each for each in csv.DictReader(io.StringIO(text)) if each["user"] == "old-laptop"]
    moments = {line["access_key_1_last_rotated"], line["access_key_2_last_rotated"]}
    assert f"{made:%Y-%m-%dT%H:%M:%S+00:00}" in moments


def test_the_demos_own_are_alices_and_daves(world):
    world.aws.plant_demo_keys()
    assert {each.owner for each in KEYS} == {"U01ALICE", "U04DAVE"}
    iam = world.client("iam")
    for each in KEYS:
        (key,) = iam.list_access_keys(UserName=each.user)["AccessKeyMetadata"]
        used = iam.get_access_key_last_used(AccessKeyId=key["AccessKeyId"])["AccessKeyLastUsed"]
        assert ("LastUsedDate" in used) == bool(each.idle or each.uses)
    statuses = iam.list_service_specific_credentials(AllUsers=True)["ServiceSpecificCredentials"]
    assert [each["Status"] for each in statuses] == ["Active", "Expired"]
    assert len(world.client("organizations").list_accounts()["Accounts"]) == len(MEMBERS)
