"""Organizations against real boto3: the management account lists in pages of 20, a member only describes."""

import pytest
from botocore.exceptions import ClientError

from bot.sandbox.aws import Member
from tests.sandbox.aws_world import World

OWN, OTHER = "123456789012", "210987654321"
MEMBERS = (Member(OWN, "main"), Member(OTHER, "staging"), Member("333333333333", "old", "SUSPENDED"))


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


def test_the_management_account_lists_the_accounts(world):
    world.aws.seed_organisation(*MEMBERS)
    organizations = world.client("organizations")
    listed = organizations.list_accounts()["Accounts"]
    assert [(each["Id"], each["Name"], each["Status"], each["State"]) for each in listed] == [
        (OWN, "main", "ACTIVE", "ACTIVE"), (OTHER, "staging", "ACTIVE", "ACTIVE"),
        ("333333333333", "old", "SUSPENDED", "CLOSED"),
    ]  # fmt: skip
    described = organizations.describe_organization()["Organization"]
    assert described["MasterAccountId"] == OWN
    assert listed[1]["Arn"].split("/")[1] == described["Id"]


def test_a_page_has_at_most_20(world):
    world.aws.seed_organisation(Member(OWN, "main"), *(Member(f"{number:012}", f"n-{number}") for number in range(44)))
    organizations = world.client("organizations")
    pages = [page["Accounts"] for page in organizations.get_paginator("list_accounts").paginate()]
    assert [len(each) for each in pages] == [20, 20, 5]
    assert len({account["Id"] for page in pages for account in page}) == 45
    assert refused(organizations.list_accounts, NextToken="x") == "InvalidInputException"
    assert refused(organizations.list_accounts, MaxResults=21) == "InvalidInputException"


def test_a_member_may_describe_but_not_list(world):
    world.aws.seed_organisation(*MEMBERS, management=OTHER)
    organizations = world.client("organizations")
    assert organizations.describe_organization()["Organization"]["MasterAccountId"] == OTHER
    assert refused(organizations.list_accounts) == "AccessDeniedException"


def test_without_an_organisation_and_without_the_right(world):
    organizations = world.client("organizations")
    assert refused(organizations.list_accounts) == "AWSOrganizationsNotInUseException"
    assert refused(organizations.describe_organization) == "AWSOrganizationsNotInUseException"
    world.aws.seed_organisation(*MEMBERS)
    assert refused(world.holder("organizations", world.user()).list_accounts) == "AccessDeniedException"
    right = {"Effect": "Allow", "Action": "organizations:ListAccounts", "Resource": "*"}
    assert len(world.holder("organizations", world.user("admin", policies=[right])).list_accounts()["Accounts"]) == 3


def test_a_reset_forgets_the_organisation(world):
    world.aws.seed_organisation(*MEMBERS, management=OTHER)
    world.aws.reset()
    assert refused(world.client("organizations").describe_organization) == "AWSOrganizationsNotInUseException"
