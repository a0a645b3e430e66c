"""What the pretend CloudTrail writes of calls that change something, and how late it shows them."""

import json
from contextlib import suppress
from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.aws_world import BOUNDARY_DOCUMENT, World
from tests.sandbox.test_aws_cloudtrail import EVERYTHING, written

ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
TRUST = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
}


@pytest.fixture
def world():
    world = World()
    world.aws.start()
    world.aws.seed_demo(BOUNDARY_DOCUMENT, {})
    yield world
    world.close()


def test_a_takeover_is_written_with_what_it_made_and_without_a_secret(world):
    key = world.user("leaked", policies=[EVERYTHING])
    iam, where = world.holder("iam", key), "us-east-1"
    iam.create_user(UserName="backup", Tags=[{"Key": "a", "Value": "b"}])
    new = iam.create_access_key(UserName="backup")["AccessKey"]
    iam.create_login_profile(UserName="backup", Password="hunter2-hunter2", PasswordResetRequired=False)
    iam.attach_user_policy(UserName="backup", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess")
    iam.put_user_policy(UserName="backup", PolicyName="all", PolicyDocument=json.dumps(ALL))
    iam.create_role(RoleName="helper", AssumeRolePolicyDocument=json.dumps(TRUST))
    world.advance(minutes=1)
    session = world.holder("sts", key).get_session_token()["Credentials"]
    world.holder("s3", session).put_bucket_policy(Bucket="reports", Policy=json.dumps(ALL))
    made = world.holder("ec2", session).run_instances(
        ImageId="ami-12c6146b", MinCount=2, MaxCount=2, InstanceType="p4d.24xlarge"
    )

    events = {each["eventName"]: each for each in written(world, key["AccessKeyId"], where)}
    of = {name: (each["requestParameters"], each["responseElements"]) for name, each in events.items()}
    assert of["CreateUser"][0] == {"userName": "backup"}
    assert of["CreateUser"][1]["user"]["arn"] == "arn:aws:iam::123456789012:user/backup"
    assert of["CreateAccessKey"][1]["accessKey"]["accessKeyId"] == new["AccessKeyId"]
    assert of["CreateLoginProfile"][0] == {"userName": "backup", "passwordResetRequired": False}
    assert of["CreateLoginProfile"][1]["loginProfile"]["userName"] == "backup"
    assert of["AttachUserPolicy"][0]["policyArn"].endswith("/AdministratorAccess")
    assert of["PutUserPolicy"][0]["policyName"] == "all"
    assert of["CreateRole"][1]["role"]["roleName"] == "helper"
    assert of["GetSessionToken"][1]["credentials"]["accessKeyId"] == session["AccessKeyId"]

    inside = {each["eventName"]: each for each in written(world, session["AccessKeyId"])}
    assert inside["PutBucketPolicy"]["requestParameters"]["bucketName"] == "reports"
    assert inside["RunInstances"]["requestParameters"]["instanceType"] == "p4d.24xlarge"
    ids = [each["instanceId"] for each in inside["RunInstances"]["responseElements"]["instancesSet"]["items"]]
    assert ids == [each["InstanceId"] for each in made["Instances"]]
    assert {each["userIdentity"]["accessKeyId"] for each in inside.values()} == {session["AccessKeyId"]}
    assert not any(each["readOnly"] for each in inside.values())
    everything = json.dumps([events, inside])
    for secret in (key["SecretAccessKey"], new["SecretAccessKey"], session["SecretAccessKey"], "hunter2"):
        assert secret not in everything


def test_a_stopped_trail_is_named_and_the_value_of_a_secret_never_written(world):
    key = world.user("leaked", policies=[EVERYTHING])
    for service, call, words in (
        ("cloudtrail", "stop_logging", {"Name": "organization"}),
        ("secretsmanager", "create_secret", {"Name": "db", "SecretString": "hunter2"}),
    ):
        with suppress(ClientError):  # moto knows no such trail: CloudTrail sees the attempt all the same
            getattr(world.holder(service, key), call)(**words)
    shown = {each["eventName"]: each["requestParameters"] for each in written(world, key["AccessKeyId"])}
    assert shown["StopLogging"] == {"name": "organization"}
    assert shown["CreateSecret"]["name"] == "db"
    assert "hunter2" not in json.dumps(shown)


def test_calls_can_be_shown_late(world):
    key = world.user(policies=[EVERYTHING])
    world.holder("iam", key).list_users()
    world.aws.trail.delay = timedelta(minutes=15)
    assert written(world, key["AccessKeyId"], "us-east-1") == []
    world.advance(minutes=15)
    assert len(written(world, key["AccessKeyId"], "us-east-1")) == 1
