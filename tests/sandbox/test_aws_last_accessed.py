"""Service last accessed details against real boto3: a job, for whoever started it, over allowed services only."""

from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from bot.sandbox.aws import Use
from tests.sandbox.aws_world import BOUNDARY_DOCUMENT, NOW, READ_REPORTS, World

USER = "arn:aws:iam::123456789012:user/latchkey/grant-1"
ALLOWED = {"Effect": "Allow", "Action": ["s3:Get*", "dynamodb:*", "made-up:Do"], "Resource": "*"}


@pytest.fixture
def world():
    world = World()
    world.aws.start()
    world.aws.seed_demo(BOUNDARY_DOCUMENT, {})
    yield world
    world.close()


def report(world, iam=None, **page):
    iam = iam or world.client("iam")
    job = iam.generate_service_last_accessed_details(Arn=USER)["JobId"]
    iam.get_service_last_accessed_details(JobId=job)
    return iam.get_service_last_accessed_details(JobId=job, **page)


def test_it_is_in_progress_first(world):
    world.user()
    world.aws.details_take(2)
    iam = world.client("iam")
    job = iam.generate_service_last_accessed_details(Arn=USER)["JobId"]
    answers = [iam.get_service_last_accessed_details(JobId=job) for _ in range(3)]
    assert [each["JobStatus"] for each in answers] == ["IN_PROGRESS", "IN_PROGRESS", "COMPLETED"]
    assert ["JobCompletionDate" in each for each in answers] == [False, False, True]
    assert not answers[0]["ServicesLastAccessed"]
    assert len(job) == 36


def test_it_lists_what_is_allowed_with_the_last_attempt(world):
    key = world.user(policies=[ALLOWED])
    world.aws.trail.seed(key["AccessKeyId"], Use("dynamodb", "Query", ago=timedelta(days=200), region="eu-west-3"))
    with pytest.raises(ClientError):  # a denied attempt at an allowed service counts; one at another isn't listed
        world.holder("s3", key).put_object(Bucket="reports", Key="x", Body=b"x")
    with pytest.raises(ClientError):
        world.holder("iam", key).list_users()

    dynamodb, made_up, s3 = report(world)["ServicesLastAccessed"]
    assert [each["ServiceNamespace"] for each in (dynamodb, made_up, s3)] == ["dynamodb", "made-up", "s3"]
    assert dynamodb["LastAuthenticated"] == NOW.replace(microsecond=0) - timedelta(days=200)
    assert dynamodb["LastAuthenticatedRegion"] == "eu-west-3"
    assert (s3["LastAuthenticated"], s3["LastAuthenticatedEntity"]) == (NOW.replace(microsecond=0), USER)
    assert (s3["TotalAuthenticatedEntities"], made_up["TotalAuthenticatedEntities"]) == (1, 0)
    assert "LastAuthenticated" not in made_up


def test_it_does_not_go_back_further_than_400_days(world):
    key = world.user(policies=[ALLOWED])["AccessKeyId"]
    world.aws.trail.seed(key, Use("s3", "GetObject", ago=timedelta(days=401)))
    assert all("LastAuthenticated" not in each for each in report(world)["ServicesLastAccessed"])


def test_it_is_paged(world):
    world.user(policies=[ALLOWED | {"Action": "*"}])
    first = report(world, MaxItems=20)
    assert (len(first["ServicesLastAccessed"]), first["IsTruncated"], first["Marker"]) == (20, True, "20")


def test_only_the_caller_gets_the_report_and_only_for_a_user_that_exists(world):
    asks = {"Effect": "Allow", "Action": "iam:Ge*", "Resource": "*"}
    other = world.holder("iam", world.user(policies=[asks]))
    iam = world.client("iam")
    job = iam.generate_service_last_accessed_details(Arn=USER)["JobId"]
    for client, call in (
        (other, lambda it: it.get_service_last_accessed_details(JobId=job)),
        (iam, lambda it: it.get_service_last_accessed_details(JobId="0" * 36)),
        (iam, lambda it: it.generate_service_last_accessed_details(Arn=USER + "-gone")),
    ):
        with pytest.raises(ClientError) as refused:
            call(client)
        assert refused.value.response["Error"]["Code"] == "NoSuchEntity"


def test_generating_is_authorised_on_the_user(world):
    mine = {"Effect": "Allow", "Action": "iam:*", "Resource": "arn:aws:iam::123456789012:user/latchkey/*"}
    iam = world.holder("iam", world.user(policies=[mine, READ_REPORTS]))
    assert iam.generate_service_last_accessed_details(Arn=USER)
    with pytest.raises(ClientError) as refused:
        iam.generate_service_last_accessed_details(Arn="arn:aws:iam::123456789012:user/service/latchkey-worker")
    assert refused.value.response["Error"]["Code"] == "AccessDenied"
