"""The stand-in against real boto3: which keys authenticate, and which do not."""

import pytest
from botocore.exceptions import ClientError

from bot.sandbox.aws import AwsStandIn
from tests.sandbox.aws_world import BOUNDARY_DOCUMENT, NOW, READ_REPORTS, World

ALLOW_ALL = {"Effect": "Allow", "Action": "*", "Resource": "*"}


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


def test_a_permitted_key_reads_the_report(world):
    assert world.read(world.user()).startswith(b"region,sales")


def test_an_inactive_key_is_refused_and_works_again_when_active(world):
    key, iam = world.user(), world.client("iam")
    iam.update_access_key(UserName="grant-1", AccessKeyId=key["AccessKeyId"], Status="Inactive")

    assert refused_code(world.read, credentials=key) == "InvalidAccessKeyId"
    assert refused_code(world.holder("sts", key).get_caller_identity) == "InvalidClientTokenId"

    iam.update_access_key(UserName="grant-1", AccessKeyId=key["AccessKeyId"], Status="Active")
    assert world.read(key)


def test_a_deleted_key_is_refused(world):
    key = world.user()
    world.client("iam").delete_access_key(UserName="grant-1", AccessKeyId=key["AccessKeyId"])

    assert refused_code(world.read, credentials=key) == "InvalidAccessKeyId"
    assert refused_code(world.holder("sts", key).get_session_token) == "InvalidClientTokenId"


@pytest.mark.parametrize("service", ["s3", "iam", "sts"])
def test_a_wrong_secret_is_refused(world, service):
    key = world.user(policies=[ALLOW_ALL]) | {"SecretAccessKey": "x" * 40}
    call = {"s3": "list_buckets", "iam": "list_users", "sts": "get_caller_identity"}[service]

    assert refused_code(getattr(world.holder(service, key), call)) == "SignatureDoesNotMatch"


def test_an_unknown_key_is_refused(world):
    key = {"AccessKeyId": "AKIAIOSFODNN7EXAMPLE", "SecretAccessKey": "x"}

    assert refused_code(world.holder("iam", key).list_users) == "InvalidClientTokenId"


def test_an_unsigned_request_and_motos_own_api_are_refused(world):
    import urllib.error
    import urllib.request

    for path in ("/reports/2026/q3.csv", "/moto-api/reset"):
        with pytest.raises(urllib.error.HTTPError) as refused:
            urllib.request.urlopen(world.aws.url + path, timeout=5)
        assert refused.value.code == 403
        refused.value.close()


def test_it_checks_the_signature_of_odd_names_and_metadata(world):
    s3 = world.client("s3")
    s3.put_object(Bucket="reports", Key="a b/ü+c&=.txt", Body=b"x" * 100_000, Metadata={"under_scored": "two  spaces"})

    assert s3.head_object(Bucket="reports", Key="a b/ü+c&=.txt")["ContentLength"] == 100_000
    assert [o["Size"] for o in s3.list_objects_v2(Bucket="reports", Prefix="a b/ü+c&")["Contents"]] == [100_000]


def test_it_starts_once_per_process_and_a_reset_keeps_the_administrator(world):
    with pytest.raises(RuntimeError, match="already running"):
        AwsStandIn(clock=lambda: NOW).start()
    admin = world.client("iam")
    key = world.user()

    world.aws.reset()
    world.aws.reset()

    assert [u["UserName"] for u in admin.list_users()["Users"]] == ["latchkey-worker"]
    assert world.client("s3").list_buckets()["Buckets"] == []
    assert refused_code(world.read, credentials=key) == "InvalidAccessKeyId"
