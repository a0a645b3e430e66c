"""The doctor's checks of roles for people's sessions: the worker can assume them directly, with or without an approval.

So each role needs limits of its own, and a trust policy that requires a name for CloudTrail.
"""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

from bot.aws import revoked_sessions
from bot.aws.accounts import ACT_SECONDS, LATCHKEY, Accounts
from bot.aws.boundary import rows_of
from bot.aws.errors import GONE, reading
from bot.aws.policies import compact, document
from bot.domain.catalog import Account
from bot.domain.errors import AwsError, Unreadable
from bot.domain.issuing.session import SESSION_NAMES

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

NOTHING = document({"Effect": "Deny", "Action": "*", "Resource": "*"})  # the permissions of the doctor's own sessions
DOCTOR = f"{SESSION_NAMES}doctor"
STRANGER = "doctor"  # a session name that Latchkey never uses
NO_POLICY = compact({"Version": "2012-10-17"})  # without a statement, so IAM always rejects it
PERMITTED = frozenset({GONE, "MalformedPolicyDocument"})  # IAM's answers to callers who have the permission


def attempt(accounts: Accounts, account: Account, role: str, *, name: str = "", by: str | None = LATCHKEY) -> None:
    """Assume the role once, with a session without permissions. Raises Unreadable."""
    with reading("AssumeRole"):
        accounts.assume(account, role, by=by, name=name, seconds=ACT_SECONDS, policy=NOTHING)


def lets_in(accounts: Accounts, account: Account, role: str, *, name: str = DOCTOR, by: str | None = LATCHKEY) -> bool:
    """Like `attempt`, if a refusal is the expected answer."""
    try:
        attempt(accounts, account, role, name=name, by=by)
    except AwsError:
        return False
    return True


def too_open(accounts: Accounts, account: Account, role: str) -> Iterator[str]:
    """What the trust policy should require and doesn't, determined by trying."""
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
    """Without a permissions boundary, none of its policies may grant administrator access. Raises Unreadable."""
    name = role.rpartition("/")[2]
    with reading("GetRole"):
        if "PermissionsBoundary" in client.get_role(RoleName=name)["Role"]:
            return
    found = [policy for policy, text in _policies(client, name) if is_administrative(text)]
    if found:
        yield (
            f"{role} has no permissions boundary, and {', '.join(found)} makes it an administrator, so anyone with "
            "the worker's credentials is one too; give the role a boundary, or a smaller policy"
        )


def not_revocable(accounts: Accounts, account: Account, role: str) -> Iterator[str]:
    """What the Responder may not do on this role, determined by four calls that change nothing. Raises AwsError."""
    client = accounts.on_found(account, account.responder_role_arn, role, *revoked_sessions.CALLS, by=LATCHKEY)
    name = role.rpartition("/")[2]
    own = {"RoleName": name, "PolicyName": DOCTOR}
    calls: dict[str, Callable[[], object]] = {
        "ListRolePolicies": partial(client.list_role_policies, RoleName=name),
        "GetRolePolicy": partial(client.get_role_policy, **own),
        "PutRolePolicy": partial(client.put_role_policy, **own, PolicyDocument=NO_POLICY),
        "DeleteRolePolicy": partial(client.delete_role_policy, **own),
    }
    refused = [call for call, ask in calls.items() if not _permitted(call, ask)]
    if refused:
        holder, key = ("Responder", "Responder") if account.responder_role_arn else ("worker", "Worker")
        yield (
            f"sessions of {role} can't be revoked in AWS: the {holder} may not call {', '.join(refused)} on it; give "
            f"the {holder} the policy {key} of `latchkey iam --account {account.name}`, or set revoke_sessions = false"
        )


def _permitted(name: str, call: Callable[[], object]) -> bool:
    try:
        with reading(name):
            call()
    except Unreadable as answer:
        return answer.code in PERMITTED
    return True


def unbounded(accounts: Accounts, account: Account, roles: Iterable[str]) -> Iterator[str]:
    """Warnings: with write access to a role, the worker's host could give it more permissions. Raises Unreadable."""
    client = accounts.reader(account)
    for role in roles:
        with reading("GetRole"):
            found = client.get_role(RoleName=role.rpartition("/")[2])["Role"]
        if "PermissionsBoundary" not in found:
            yield (
                f"{role} has no permissions boundary, and revoke_sessions lets the Responder write inline policies on "
                "it, so anyone with access to the worker's host could give it more; give the role a boundary, or set "
                f"revoke_sessions = false in [accounts.{account.name}]"
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
    """Whether it allows every service, all but some, or all of IAM, on every resource."""
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
