"""Later additions to the stand-in: pages of keys, service-specific credentials, a fault at any call."""

import pytest
from botocore.exceptions import ClientError

from bot.sandbox.aws import faults
from tests.sandbox.aws_world import BOUNDARY_DOCUMENT, World


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


def test_keys_are_listed_in_pages(world):
    world.user()
    iam = world.client("iam")
    iam.create_access_key(UserName="grant-1")
    world.aws.list_in_pages_of(1)

    pages = list(iam.get_paginator("list_access_keys").paginate(UserName="grant-1"))

    assert [len(page["AccessKeyMetadata"]) for page in pages] == [1, 1]
    world.aws.reset()
    assert len(iam.list_users()["Users"]) == 1


def test_service_specific_credentials_come_and_go_and_keep_a_user(world):
    world.user(policies=[])
    iam = world.client("iam")
    key = iam.list_access_keys(UserName="grant-1")["AccessKeyMetadata"][0]["AccessKeyId"]
    iam.delete_access_key(UserName="grant-1", AccessKeyId=key)
    made = iam.create_service_specific_credential(UserName="grant-1", ServiceName="codecommit.amazonaws.com")
    number = made["ServiceSpecificCredential"]["ServiceSpecificCredentialId"]

    listed = iam.list_service_specific_credentials(UserName="grant-1")["ServiceSpecificCredentials"]
    assert [each["ServiceSpecificCredentialId"] for each in listed] == [number]
    assert refused_code(iam.delete_user, UserName="grant-1") == "DeleteConflict"
    words = {"UserName": "grant-1", "ServiceSpecificCredentialId": number}
    iam.delete_service_specific_credential(**words)
    assert refused_code(iam.delete_service_specific_credential, **words) == "NoSuchEntity"
    iam.delete_user(UserName="grant-1")


def test_a_fault_waits_for_its_call_whatever_that_is(world):
    iam = world.client("iam")
    world.aws.faults.at(2, faults.DENIED)
    iam.list_users()
    iam.list_groups()
    assert world.aws.faults.waiting
    assert refused_code(iam.list_roles) == "AccessDenied"
    assert not world.aws.faults.waiting
    iam.list_roles()


def test_a_virtual_device_is_deleted_by_its_own_arn(world):
    allow = {
        "Effect": "Allow",
        "Action": "iam:DeleteVirtualMFADevice",
        "Resource": "arn:aws:iam::123456789012:mfa/latchkey/*",
    }
    admin, mine = world.client("iam"), world.holder("iam", world.user(policies=[allow]))
    for path in ("/", "/latchkey/"):
        admin.create_virtual_mfa_device(VirtualMFADeviceName="alice", Path=path)

    mine.delete_virtual_mfa_device(SerialNumber="arn:aws:iam::123456789012:mfa/latchkey/alice")
    other = {"SerialNumber": "arn:aws:iam::123456789012:mfa/alice"}
    assert refused_code(mine.delete_virtual_mfa_device, **other) == "AccessDenied"
