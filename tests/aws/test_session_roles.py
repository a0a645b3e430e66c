"""The doctor's checks of roles for people's sessions: who can assume them, and how much they may do."""

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.aws.accounts import Accounts
from bot.aws.doctor import AccountFault, check_account
from bot.aws.policies import Document
from bot.aws.session_roles import is_administrative
from bot.aws.trust import session_trust
from bot.domain.catalog import Account
from tests.aws.kit import ACCOUNT, ADMIN, ID, IMPATIENT, READ, SESSION, SESSION_ROLE, MotoAws, catalog, policy

BARE = replace(ACCOUNT, boundary_arn=None)
EVERYTHING = {"Effect": "Allow", "Action": "*", "Resource": "*"}
ROOT = f"arn:aws:iam::{ID}:root"


def doctor(aws: MotoAws, account: Account = BARE) -> tuple[str, ...]:
    """What it finds; empty if everything is in order."""
    try:
        check_account(catalog(SESSION, account=account), account, Accounts(now=aws.clock.now, patient=IMPATIENT))
    except AccountFault as fault:
        return fault.mistakes
    return ()


def trusting(aws: MotoAws, trust: Document) -> None:
    aws.admin("iam").update_assume_role_policy(RoleName="reports-session", PolicyDocument=json.dumps(trust))


def without(trust: Document, key: str) -> Document:
    """The same policy without this condition key."""
    found: Document = json.loads(json.dumps(trust))
    for statement in found["Statement"]:
        for keys in statement["Condition"].values():
            keys.pop(key, None)
        statement["Condition"] = {operator: keys for operator, keys in statement["Condition"].items() if keys}
    return found


@pytest.mark.parametrize("principal", [ADMIN, ROOT])
def test_the_printed_trust_policy_satisfies_it(aws: MotoAws, principal: str) -> None:
    trusting(aws, session_trust(BARE, principal))
    assert doctor(aws) == ()


def test_a_role_that_only_trusts_the_account_is_too_open(aws: MotoAws) -> None:
    (fault,) = doctor(aws)
    assert fault == (
        f"{SESSION_ROLE} can be assumed without a session name that starts with latchkey- and without a "
        "SourceIdentity; give it the policy SessionTrust of `latchkey iam --account main`"
    )


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("sts:RoleSessionName", "without a session name that starts with latchkey-; give"),
        ("sts:SourceIdentity", "without a SourceIdentity; give"),
        ("sts:ExternalId", "without the external id; give"),
    ],
)
def test_each_condition_is_checked_separately(aws: MotoAws, key: str, said: str) -> None:
    far = replace(BARE, external_id="latchkey-7d41")
    trusting(aws, session_trust(far, ADMIN))
    assert doctor(aws, far) == ()
    trusting(aws, without(session_trust(far, ADMIN), key))
    (fault,) = doctor(aws, far)
    assert said in fault


def test_a_role_that_refuses_the_worker_is_reported_with_the_policy_it_needs(aws: MotoAws) -> None:
    trusting(aws, session_trust(BARE, f"arn:aws:iam::{ID}:user/carol"))
    (fault,) = doctor(aws)
    assert "can't be assumed by" in fault
    assert "give the role the policy SessionTrust" in fault


def inline(aws: MotoAws, document: str) -> None:
    aws.admin("iam").put_role_policy(RoleName="reports-session", PolicyName="permissions", PolicyDocument=document)


def attached(aws: MotoAws, document: str) -> None:
    made = aws.admin("iam").create_policy(PolicyName="wide", PolicyDocument=document)["Policy"]["Arn"]
    aws.admin("iam").attach_role_policy(RoleName="reports-session", PolicyArn=made)


@pytest.mark.parametrize(("give", "named"), [(inline, "permissions"), (attached, f"arn:aws:iam::{ID}:policy/wide")])
def test_an_administrators_role_needs_a_boundary(
    aws: MotoAws, give: Callable[[MotoAws, str], None], named: str
) -> None:
    trusting(aws, session_trust(BARE, ADMIN))
    give(aws, policy(EVERYTHING))
    (fault,) = doctor(aws)
    assert fault.startswith(f"{SESSION_ROLE} has no permissions boundary, and {named} makes it an administrator")
    assert fault.endswith("give the role a boundary, or a smaller policy")
    role = next(each for each in aws.aws._directory.backend.roles.values() if each.name == "reports-session")
    role.permissions_boundary_arn = f"arn:aws:iam::{ID}:policy/latchkey/boundary"
    assert doctor(aws) == ()


@pytest.mark.parametrize("call", ["GetRole", "ListRolePolicies", "GetRolePolicy", "ListAttachedRolePolicies"])
def test_a_read_that_is_refused_is_reported(aws: MotoAws, call: str) -> None:
    trusting(aws, session_trust(BARE, ADMIN))
    aws.aws.faults.deny(call)
    assert doctor(aws) == (
        f"AWS refused {call} (AccessDenied); compare with `latchkey iam --account main`, key Worker",
    )


@pytest.mark.parametrize(
    ("row", "administrative"),
    [
        (READ, False),
        ({**READ, "Resource": "*"}, False),
        ({"Effect": "Allow", "Action": "s3:*", "Resource": "*"}, False),
        (EVERYTHING, True),
        ({"Effect": "Allow", "Action": ["s3:GetObject", "*:*"], "Resource": ["*"]}, True),
        ({"Effect": "Allow", "Action": "IAM:*", "Resource": "*"}, True),
        ({"Effect": "Allow", "Action": "iam:Get*", "Resource": "*"}, False),
        ({"Effect": "Allow", "NotAction": "iam:*", "Resource": "*"}, True),
        ({"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::secret"}, True),
        ({"Effect": "Allow", "Action": "*", "Resource": "arn:aws:s3:::reports"}, False),
        ({"Effect": "Deny", "Action": "*", "Resource": "*"}, False),
    ],
)
def test_what_makes_an_administrator(row: dict[str, Any], administrative: bool) -> None:
    assert is_administrative({"Version": "2012-10-17", "Statement": [READ, row]}) is administrative
    assert is_administrative({"Version": "2012-10-17", "Statement": row}) is administrative
