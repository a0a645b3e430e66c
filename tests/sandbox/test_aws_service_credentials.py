"""Service-specific credentials against real boto3: two for each service, expiry, status, lists in pages."""

from datetime import timedelta

import pytest
from botocore.exceptions import ClientError

from tests.sandbox.aws_world import NOW, World

DAY = timedelta(days=1)
BEDROCK, CODECOMMIT = "bedrock.amazonaws.com", "codecommit.amazonaws.com"


@pytest.fixture
def world():
    world = World()
    world.aws.start()
    yield world
    world.close()


def refused(call, **params):
    with pytest.raises(ClientError) as error:
        call(**params)
    return error.value.response["Error"]["Code"]


def test_an_api_key_has_an_alias_and_a_secret_and_expires(world):
    world.user()
    iam = world.client("iam")
    made = iam.create_service_specific_credential(UserName="grant-1", ServiceName=BEDROCK, CredentialAgeDays=30)
    made = made["ServiceSpecificCredential"]
    whole = NOW.replace(microsecond=0)
    assert (made["CreateDate"], made["ExpirationDate"], made["Status"]) == (whole, whole + 30 * DAY, "Active")
    assert {"ServiceCredentialAlias", "ServiceCredentialSecret"} <= set(made)
    assert not {"ServiceUserName", "ServicePassword"} & set(made)

    world.advance(days=30)
    (listed,) = iam.list_service_specific_credentials(UserName="grant-1")["ServiceSpecificCredentials"]
    assert listed["Status"] == "Expired"
    assert "ServiceCredentialSecret" not in listed


def test_a_git_password_never_expires_and_can_be_deactivated(world):
    world.user()
    iam = world.client("iam")
    made = iam.create_service_specific_credential(UserName="grant-1", ServiceName=CODECOMMIT)
    made = made["ServiceSpecificCredential"]
    assert "ExpirationDate" not in made
    assert {"ServiceUserName", "ServicePassword"} <= set(made)
    named = {"UserName": "grant-1", "ServiceSpecificCredentialId": made["ServiceSpecificCredentialId"]}
    iam.update_service_specific_credential(**named, Status="Inactive")
    (listed,) = iam.list_service_specific_credentials(UserName="grant-1")["ServiceSpecificCredentials"]
    assert listed["Status"] == "Inactive"
    create = iam.create_service_specific_credential
    assert refused(create, UserName="grant-1", ServiceName=CODECOMMIT, CredentialAgeDays=5) == "ValidationError"


def test_two_for_each_user_and_service(world):
    world.user()
    create = world.client("iam").create_service_specific_credential
    for service in (BEDROCK, BEDROCK, CODECOMMIT):
        create(UserName="grant-1", ServiceName=service)
    assert refused(create, UserName="grant-1", ServiceName=BEDROCK) == "LimitExceeded"
    assert refused(create, UserName="grant-1", ServiceName="s3.amazonaws.com") == "NotSupportedService"
    assert refused(create, UserName="nobody", ServiceName=BEDROCK) == "NoSuchEntity"


def test_all_users_are_listed_in_pages(world):
    for number in range(5):
        world.user(f"user-{number}")
        world.aws.plant_service_credential(f"user-{number}", BEDROCK, age=400 * DAY)
    world.aws.plant_service_credential("user-0", BEDROCK, age=40 * DAY, lasts=30 * DAY)
    world.aws.plant_service_credential("user-1", CODECOMMIT, age=40 * DAY, inactive=True)
    ask = world.client("iam").list_service_specific_credentials

    found, marker = [], {}
    while True:
        page = ask(AllUsers=True, MaxItems=3, **marker)
        assert len(page["ServiceSpecificCredentials"]) <= 3
        found += page["ServiceSpecificCredentials"]
        if not page["IsTruncated"]:
            break
        marker = {"Marker": page["Marker"]}
    assert len({each["ServiceSpecificCredentialId"] for each in found}) == 7
    assert sorted(each["Status"] for each in found) == ["Active"] * 5 + ["Expired", "Inactive"]
    assert len(ask(AllUsers=True, ServiceName=CODECOMMIT)["ServiceSpecificCredentials"]) == 1
    assert refused(ask, AllUsers=True, UserName="user-0") == "ValidationError"
    assert refused(ask, AllUsers=True, ServiceName="s3.amazonaws.com") == "NotSupportedService"


def test_all_users_need_the_right_for_all(world):
    mine = {"Effect": "Allow", "Action": "iam:List*", "Resource": "arn:aws:iam::123456789012:user/latchkey/*"}
    iam = world.holder("iam", world.user(policies=[mine]))
    assert iam.list_service_specific_credentials(UserName="grant-1")
    assert refused(iam.list_service_specific_credentials, AllUsers=True) == "AccessDenied"
