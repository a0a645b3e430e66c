"""The roles for found keys, on the stand-in that evaluates IAM policies: one user and action, in the presser's name."""

import json

import pytest

from bot.aws import responder as module
from bot.aws.doctor import AccountFault, check_account
from bot.aws.reactivator import AwsReactivator
from bot.domain.errors import AwsRefused, Throttled, Unreadable
from tests.aws.found import FAR, OTHER, USER, acted, far, plant, responder, status, warrant
from tests.aws.kit import ACCOUNT, ID, READ_REPORTS, SESSION, MotoAws, catalog
from tests.fakes import ALICE, BOB, CAROL

__all__ = ["far"]


def test_off_is_a_session_for_this_one_user_in_the_name_of_who_pressed(far: MotoAws) -> None:
    key = plant(far)
    responder(far).switch_off(FAR, USER, key, by=CAROL)
    assert status(far, key) == "off"
    assert acted(far) == [("responder", CAROL)]
    (made,) = (each for each in far.aws.calls if each.action == "AssumeRole")
    (row,) = json.loads(made.params["Policy"])["Statement"]
    assert (row["Effect"], row["Action"], row["Resource"]) == ("Allow", ["iam:UpdateAccessKey"], USER)
    assert made.params["ExternalId"] == FAR.external_id


def test_the_session_reaches_no_other_user(far: MotoAws) -> None:
    """Whatever user name the call has: the session is limited to the ARN that the inventory saw."""
    plant(far)
    key = plant(far, OTHER)
    client = far.accounts.on_found(FAR, FAR.responder_role_arn, USER, module.UPDATE, by=CAROL)
    with pytest.raises(client.exceptions.ClientError, match="AccessDenied"):
        client.update_access_key(UserName="other", AccessKeyId=key, Status="Inactive")
    assert status(far, key, "other") == "on"


def test_a_user_who_moved_to_another_path_is_not_the_one_that_was_found(far: MotoAws) -> None:
    key = plant(far)
    moved = f"arn:aws:iam::{ID}:user/elsewhere/reporting"
    with pytest.raises(AwsRefused, match="AccessDenied"):
        responder(far).switch_off(FAR, moved, key, by=CAROL)
    assert status(far, key) == "on"


def test_with_no_roles_the_workers_own_credentials_switch_off(aws: MotoAws) -> None:
    key = plant(aws)
    responder(aws).switch_off(ACCOUNT, USER, key, by=CAROL)
    assert status(aws, key) == "off"


# --- reactivation, with two approvals ------------------------------------------------------------------------------


def test_on_is_in_the_names_of_the_two_who_agreed(far: MotoAws) -> None:
    key = plant(far)
    responder(far).switch_off(FAR, USER, key, by=CAROL)
    AwsReactivator(far.accounts).switch_on(FAR, warrant(key))
    assert status(far, key) == "on"
    assert acted(far) == [("responder", CAROL), ("responder", f"{ALICE}+{BOB}")]


# --- deletion, through the Deleter ---------------------------------------------------------------------------------


def test_only_what_is_off_is_deleted_and_only_through_the_deleter(far: MotoAws) -> None:
    key = plant(far)
    with pytest.raises(AwsRefused, match="StillActive"):
        responder(far).delete(FAR, USER, key, by=CAROL)
    assert status(far, key) == "on"
    responder(far).switch_off(FAR, USER, key, by=CAROL)
    far.aws.forget_calls()
    responder(far).delete(FAR, USER, key, by=CAROL)
    assert status(far, key) is None
    assert acted(far) == [("deleter", CAROL)]
    responder(far).delete(FAR, USER, key, by=CAROL)


def test_to_delete_what_is_gone_with_its_user_is_done(far: MotoAws) -> None:
    key = plant(far, OTHER)
    far.admin("iam").delete_access_key(UserName="other", AccessKeyId=key)
    far.admin("iam").delete_user(UserName="other")
    responder(far).delete(FAR, OTHER, key, by=CAROL)


def test_without_the_deleter_role_nothing_is_deleted(aws: MotoAws) -> None:
    key = plant(aws)
    responder(aws).switch_off(ACCOUNT, USER, key, by=CAROL)
    aws.aws.forget_calls()
    with pytest.raises(AwsRefused, match="NoDeleter"):
        responder(aws).delete(ACCOUNT, USER, key, by=CAROL)
    assert status(aws, key) == "off"
    assert aws.aws.count("DeleteAccessKey") == 0


def test_an_unreadable_list_deletes_nothing(far: MotoAws) -> None:
    key = plant(far)
    responder(far).switch_off(FAR, USER, key, by=CAROL)
    far.aws.faults.throttle("ListAccessKeys", times=9)
    with pytest.raises(Unreadable):
        responder(far).delete(FAR, USER, key, by=CAROL)
    assert status(far, key) == "off"


@pytest.mark.parametrize("gone", ["key", "user"])
def test_what_is_gone_is_no_such_entity_for_off(far: MotoAws, gone: str) -> None:
    key = plant(far)
    far.admin("iam").delete_access_key(UserName="reporting", AccessKeyId=key)
    if gone == "user":
        far.admin("iam").delete_user(UserName="reporting")
    with pytest.raises(AwsRefused) as refused:
        responder(far).switch_off(FAR, USER, key, by=CAROL)
    assert refused.value.code in {"NoSuchEntity", "AccessDenied"}


def test_a_throttle_is_a_throttle(far: MotoAws) -> None:
    key = plant(far)
    far.aws.faults.throttle("UpdateAccessKey", times=9)
    with pytest.raises(Throttled):
        responder(far).switch_off(FAR, USER, key, by=CAROL)


def test_the_doctor_tries_the_deleter_as_well(far: MotoAws) -> None:
    far.admin("iam").delete_role_policy(RoleName="latchkey-deleter", PolicyName="rights")
    far.admin("iam").delete_role(RoleName="latchkey-deleter")
    made = catalog(READ_REPORTS, SESSION, account=FAR)
    with pytest.raises(AccountFault) as fault:
        check_account(made, FAR, far.accounts)
    assert any("latchkey-deleter can't be assumed" in each for each in fault.value.mistakes)
