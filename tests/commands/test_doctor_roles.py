"""`latchkey doctor` and roles: an account without roles, and the Responder's right to revoke sessions."""

import json
import re
from pathlib import Path
from typing import Any

import boto3
import pytest

from bot.sandbox.aws import AwsStandIn
from tests.commands.test_doctor_checks import (
    WORKER,
    Doctor,
    aws,
    doctor,
    no_account,
    slack,
    with_catalog,
)
from tests.config.test_catalog_file import EXAMPLE

__all__ = ["aws", "doctor", "no_account", "slack"]


def test_an_account_without_roles_works_and_is_warned_of_what_it_gives_up(
    doctor: Doctor, aws: AwsStandIn, tmp_path: Path
) -> None:
    roles = [line for line in EXAMPLE.read_text().splitlines() if re.match(r"(reader|issuer|responder)_role_arn", line)]
    code, lines = doctor.ask(**with_catalog(tmp_path, *((f"{line}\n", "") for line in roles)))
    assert code == 0
    assert lines[-3:] == [
        f"ok     AWS account main: {WORKER}, boundary and 1 of 5000 IAM users",
        (
            "warn   AWS account main: [accounts.main] names no roles, so the worker acts with its own credentials: no "
            "call is limited to one IAM user, and CloudTrail shows the worker instead of the person who asked (no "
            "SourceIdentity); create the roles Reader, Issuer and Responder of `latchkey iam --account main` and name "
            "them there"
        ),
        "No problems. Warnings: 1.",
    ]


SESSION_ROLE = "arn:aws:iam::123456789012:role/reports-session"


def admin(aws: AwsStandIn) -> Any:
    key, secret = aws.admin
    return boto3.client(
        "iam", "us-east-1", endpoint_url=aws.url, aws_access_key_id=key, aws_secret_access_key=secret
    )  # fmt: skip


def responder_without(aws: AwsStandIn, *calls: str) -> None:
    """The Responder's policy as an earlier catalog, or a manual change, left it."""
    role = {"RoleName": "latchkey-responder", "PolicyName": "permissions"}
    policy = admin(aws).get_role_policy(**role)["PolicyDocument"]
    for statement in policy["Statement"]:
        if statement["Sid"] == "RevokeSessions":
            statement["Action"] = [each for each in statement["Action"] if each not in calls]
    admin(aws).put_role_policy(**role, PolicyDocument=json.dumps(policy))


@pytest.mark.parametrize("call", ["ListRolePolicies", "GetRolePolicy", "PutRolePolicy", "DeleteRolePolicy"])
def test_a_responder_that_may_not_revoke_sessions_is_a_fault(doctor: Doctor, aws: AwsStandIn, call: str) -> None:
    responder_without(aws, f"iam:{call}")
    assert doctor.line("AWS account main") == (
        f"fault  AWS account main: sessions of {SESSION_ROLE} can't be revoked in AWS: the Responder may not call "
        f"{call} on it; give the Responder the policy Responder of `latchkey iam --account main`, or set "
        "revoke_sessions = false"
    )
    assert admin(aws).list_role_policies(RoleName="reports-session")["PolicyNames"] == ["permissions"]


def test_it_is_not_asked_for_a_right_that_it_does_not_need(doctor: Doctor, aws: AwsStandIn, tmp_path: Path) -> None:
    responder_without(aws, "iam:PutRolePolicy")
    off = with_catalog(tmp_path, ("revoke_sessions = true ", "revoke_sessions = false "))
    assert doctor.line("AWS account main", **off).startswith("ok ")


def test_a_session_role_without_a_boundary_is_a_warning_where_sessions_are_revoked(
    doctor: Doctor, aws: AwsStandIn, tmp_path: Path
) -> None:
    admin(aws).delete_role_permissions_boundary(RoleName="reports-session")
    code, lines = doctor.ask()
    assert code == 0
    assert lines[-2:] == [
        (
            f"warn   AWS account main: {SESSION_ROLE} has no permissions boundary, and revoke_sessions lets the "
            "Responder write inline policies on it, so anyone with access to the worker's host could give it more; "
            "give the role a boundary, or set revoke_sessions = false in [accounts.main]"
        ),
        "No problems. Warnings: 1.",
    ]
    off = with_catalog(tmp_path, ("revoke_sessions = true ", "revoke_sessions = false "))
    assert doctor.ask(**off)[1][-1] == "No problems."


def test_a_reader_that_may_not_look_up_events_is_a_warning_and_an_account_that_leaves_it_out_is_not_asked(
    doctor: Doctor, aws: AwsStandIn, tmp_path: Path
) -> None:
    role = {"RoleName": "latchkey-reader", "PolicyName": "permissions"}
    policy = admin(aws).get_role_policy(**role)["PolicyDocument"]
    policy["Statement"] = [each for each in policy["Statement"] if each["Sid"] != "Usage"]
    admin(aws).put_role_policy(**role, PolicyDocument=json.dumps(policy))
    code, lines = doctor.ask()
    (said,) = [each for each in lines if "where keys are used" in each]
    assert code == 0
    assert said == (
        "warn   AWS account main: where keys are used is unknown: AWS refused LookupEvents (AccessDeniedException); "
        "compare with `latchkey iam --account main`, key Reader, or set usage = false in [accounts.main]"
    )
    aws.forget_calls()
    off = with_catalog(tmp_path, ("usage = true ", "usage = false "))
    _, lines = doctor.ask(**off)
    assert not [each for each in lines if "where keys are used" in each]
    assert aws.count("LookupEvents") == 0
