"""What the doctor asks of the roles that people get sessions of: the worker can assume them outright, decision or not.

So each needs a limit of its own, and a trust policy that lets nobody in who isn't named in CloudTrail.
"""

from collections.abc import Iterator
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from bot.aws.accounts import ACT_SECONDS, LATCHKEY, Accounts
from bot.aws.bounds import rows_of
from bot.aws.documents import document
from bot.aws.errors import reading
from bot.domain.catalog import Account
from bot.domain.errors import AwsError, Unreadable
from bot.domain.session import SESSION_NAMES

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

NOTHING = document({"Effect": "Deny", "Action": "*", "Resource": "*"})  # what the doctor's own sessions may do
DOCTOR = f"{SESSION_NAMES}doctor"
STRANGER = "doctor"  # a session name that Latchkey never uses


def attempt(accounts: Accounts, account: Account, role: str, *, name: str = "", by: str | None = LATCHKEY) -> None:
    """Assume the role once, with a session that may do nothing. Raises Unreadable."""
    with reading("AssumeRole"):
        accounts.assume(account, role, by=by, name=name, seconds=ACT_SECONDS, policy=NOTHING)


def lets_in(accounts: Accounts, account: Account, role: str, *, name: str = DOCTOR, by: str | None = LATCHKEY) -> bool:
    """Where a refusal is what is hoped for."""
    try:
        attempt(accounts, account, role, name=name, by=by)
    except AwsError:
        return False
    return True


def too_open(accounts: Accounts, account: Account, role: str) -> Iterator[str]:
    """What the trust policy should ask for and doesn't, found by trying."""
    unasked = []
    if lets_in(accounts, account, role, name=STRANGER):
        unasked.append(f"a session name that starts with {SESSION_NAMES}")
    if lets_in(accounts, account, role, by=None):
        unasked.append("a SourceIdentity")
    if account.external_id is not None and lets_in(accounts, replace(account, external_id=None), role):
        unasked.append("the external id")
    if unasked:
        yield (
            f"{role} can be assumed without {' and without '.join(unasked)}; give it the policy SessionTrust of "
            f"`latchkey iam --account {account.name}`"
        )


def too_powerful(client: "IAMClient", role: str) -> Iterator[str]:
    """Without a permissions boundary, none of its policies may be an administrator's. Raises Unreadable."""
    name = role.rpartition("/")[2]
    with reading("GetRole"):
        if "PermissionsBoundary" in client.get_role(RoleName=name)["Role"]:
            return
    found = [policy for policy, text in _policies(client, name) if is_administrative(text)]
    if found:
        yield (
            f"{role} has no permissions boundary, and {', '.join(found)} makes it an administrator, so whoever has "
            "the worker's credentials is one too; give the role a boundary, or a smaller policy"
        )


def _policies(client: "IAMClient", role: str) -> Iterator[tuple[str, Any]]:
    with reading("ListRolePolicies"):
        pages = client.get_paginator("list_role_policies").paginate(RoleName=role)
        names = [name for page in pages for name in page["PolicyNames"]]
    for name in names:
        with reading("GetRolePolicy"):
            yield name, client.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    with reading("ListAttachedRolePolicies"):
        attached = client.get_paginator("list_attached_role_policies").paginate(RoleName=role)
        arns = [row["PolicyArn"] for page in attached for row in page["AttachedPolicies"]]
    for arn in arns:
        with reading("GetPolicy"):
            version = client.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        with reading("GetPolicyVersion"):
            yield arn, client.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]


def is_administrative(policy: Any) -> bool:
    """It allows every service, all of them but some, or the whole of IAM, on every resource."""
    try:
        allows = [row for row in rows_of(policy) if row["Effect"] == "Allow"]
        return any(_everywhere(row) and _everything(row) for row in allows)
    except (TypeError, KeyError, AttributeError):
        raise Unreadable("GetRolePolicy", "NoPolicyDocument") from None


def _everywhere(row: dict[str, Any]) -> bool:
    return "NotResource" in row or "*" in _listed(row["Resource"])


def _everything(row: dict[str, Any]) -> bool:
    if "NotAction" in row:
        return True
    services = [action.lower().partition(":") for action in _listed(row["Action"])]
    return any("*" in service or (service == "iam" and rest == "*") for service, _, rest in services)


def _listed(value: str | list[str]) -> list[str]:
    return [value] if isinstance(value, str) else value
