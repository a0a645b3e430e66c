"""The policy documents of a grant, and the boundary over all of them. Pure functions without calls to AWS."""

import json
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from bot.domain.catalog import Account, Catalog, Entitlement, Kind
from bot.domain.policies.forbidden_services import NEVER_OFFERED
from bot.domain.usage.last_accessed import services_of

Document = dict[str, Any]

VERSION = "2012-10-17"
ASSUME = "sts:AssumeRole*"
NEVER = ["iam:*", "organizations:*", "account:*", "sso:*", "sts:GetFederationToken"]
ANSWERED = ["sts:GetCallerIdentity", "sts:GetSessionToken"]
"""AWS allows these whatever a policy says (IAM User Guide, "Permissions for GetSessionToken"); a key with MFA starts
with the second one."""
DENY_ALL, QUARANTINE = "AWSDenyAll", "AWSCompromisedKeyQuarantineV3"  # AWS managed policies
ONLY_DENY = re.compile(rf"arn:[\w-]+:iam::aws:policy/({DENY_ALL}|AWSCompromisedKeyQuarantine(V\d+)?)")
DEVICE_CALLS = ["iam:CreateVirtualMFADevice", "iam:DeleteVirtualMFADevice"]
INLINE_CHARACTERS = 2048  # of all inline policies of a user together, without whitespace (IAM quotas)
MANAGED_CHARACTERS = 6144  # of a managed policy, without whitespace (IAM quotas)


def document(*statements: Document | None) -> Document:
    return {"Version": VERSION, "Statement": [each for each in statements if each]}


def compact(found: Document) -> str:
    return json.dumps(found, separators=(",", ":"))


def inline_size(found: Document) -> int:
    return len("".join(compact(found).split()))


def moment(at: datetime) -> str:
    """A time in the format of IAM's conditions, truncated to seconds, so never later than intended."""
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def only_denies(policy_arn: str) -> bool:
    """AWS's policies that remove permissions; detached last."""
    return ONLY_DENY.fullmatch(policy_arn) is not None


def iam_arn(account: Account, resource: str, owner: str | None = None) -> str:
    return f"arn:{account.partition}:iam::{owner or account.id}:{resource}"


def aws_policy(account: Account, name: str) -> str:
    return iam_arn(account, f"policy/{name}", owner="aws")


def keys_in(catalog: Catalog, account: Account) -> list[Entitlement]:
    mine = catalog.entitlements.values()
    return [each for each in mine if each.account == account.name and each.kind is Kind.ACCESS_KEY]


def may_assume(entitlements: Iterable[Entitlement]) -> list[str]:
    return sorted({role for each in entitlements for role in each.may_assume})


def boundary(catalog: Catalog, account: Account) -> Document:
    """Allow exactly the services of the account's keys, and deny everything that could reach beyond them.

    A boundary's Allow doesn't limit what a resource policy grants to the user directly, for example a bucket that is
    open
    to the whole organization. An explicit Deny does, so all other services are denied too.
    """
    entitlements = keys_in(catalog, account)
    roles = may_assume(entitlements)
    services = sorted({service for each in entitlements for service in services_of(each)} - NEVER_OFFERED.keys())
    allowed = [f"{service}:*" for service in services]
    reached = [*allowed, *(["sts:AssumeRole"] if roles else []), *ANSWERED]
    outside: Document = {"NotResource": roles} if roles else {"Resource": "*"}
    return document(
        {"Sid": "CatalogServices", "Effect": "Allow", "Action": allowed, "Resource": "*"} if allowed else None,
        {"Sid": "NamedRoles", "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": roles} if roles else None,
        {"Sid": "NeverBeyond", "Effect": "Deny", "Action": NEVER, "Resource": "*"},
        {"Sid": "NothingElse", "Effect": "Deny", "NotAction": reached, "Resource": "*"},
        {"Sid": "OtherRoles", "Effect": "Deny", "Action": ASSUME, **outside},
    )


def boundary_too_long(catalog: Catalog, account: Account) -> str | None:
    """A sentence if IAM wouldn't accept this account's boundary, else None."""
    size = inline_size(boundary(catalog, account))
    if size <= MANAGED_CHARACTERS:
        return None
    return (
        f"[accounts.{account.name}] needs a boundary of {size} characters, but IAM allows {MANAGED_CHARACTERS}; name "
        "fewer services, or cover roles in may_assume by a pattern like role/team-*"
    )


def after(lease_until: datetime) -> Document:
    """A Deny of everything after the lease. AWS enforces it even if Latchkey is down."""
    return {
        "Sid": "LeaseOver",
        "Effect": "Deny",
        "Action": "*",
        "Resource": "*",
        "Condition": {"DateGreaterThan": {"aws:CurrentTime": moment(lease_until)}},
    }


def denies(entitlement: Entitlement, lease_until: datetime, roles_of_account: list[str]) -> Document:
    """The one inline policy with Denies on a grant's user."""
    return document(
        after(lease_until),
        _outside(entitlement),
        _outside_endpoints(entitlement),
        _other_roles(entitlement, roles_of_account),
        _without_code() if entitlement.mfa else None,
    )


def _deny(sid: str, condition: Document) -> Document:
    return {"Sid": sid, "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}


NOT_VIA_AWS = {"BoolIfExists": {"aws:ViaAWSService": "false"}}
"""IfExists: a request without the key counts as the owner's own, and is refused from elsewhere."""


def _outside(entitlement: Entitlement) -> Document | None:
    """SourceIp is absent through a VPC endpoint, and a negated operator matches if the key is absent."""
    if not entitlement.source_ips:
        return None
    elsewhere: Document = {"NotIpAddress": {"aws:SourceIp": list(entitlement.source_ips)}, **NOT_VIA_AWS}
    if entitlement.source_vpces:
        elsewhere["Null"] = {"aws:SourceVpce": "true"}
    return _deny("OutsideAddresses", elsewhere)


def _outside_endpoints(entitlement: Entitlement) -> Document | None:
    if not entitlement.source_vpces:
        return None
    wrong: Document = {"StringNotEqualsIfExists": {"aws:SourceVpce": list(entitlement.source_vpces)}, **NOT_VIA_AWS}
    if entitlement.source_ips:
        wrong["Null"] = {"aws:SourceVpce": "false"}
    return _deny("OutsideEndpoints", wrong)


def _other_roles(entitlement: Entitlement, roles_of_account: list[str]) -> Document | None:
    """Only needed if the boundary lets other entitlements of the account assume roles."""
    if not roles_of_account or sorted(entitlement.may_assume) == roles_of_account:
        return None
    own = list(entitlement.may_assume)
    where: Document = {"NotResource": own} if own else {"Resource": "*"}
    return {"Sid": "OtherRoles", "Effect": "Deny", "Action": ASSUME, **where}


def _without_code() -> Document:
    """The long-lived key alone may only get a session with an MFA code.

    It never carries the flag, so IfExists denies.
    """
    condition = {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}}
    return {
        "Sid": "CodeNeeded",
        "Effect": "Deny",
        "NotAction": "sts:GetSessionToken",
        "Resource": "*",
        "Condition": condition,
    }


def sessions_denied(before: datetime) -> Document:
    """Deny every session obtained with the user's keys; the long-term key has no TokenIssueTime and isn't affected."""
    condition = {"DateLessThan": {"aws:TokenIssueTime": moment(before)}}
    return document(_deny("SessionsOver", condition))


def session_policy(entitlement: Entitlement, lease_until: datetime) -> Document:
    """The session policy of an entitlement: its policy or all of the role, limited by network and lease."""
    given = json.loads(entitlement.policy)["Statement"] if entitlement.policy else None
    allow = given or [{"Effect": "Allow", "Action": "*", "Resource": "*"}]
    return document(
        *(allow if isinstance(allow, list) else [allow]),
        after(lease_until),
        _outside(entitlement),
        _outside_endpoints(entitlement),
    )


def one_user(account: Account, user: str) -> Document:
    """The session policy of one call: all of the role's permissions, on this one user."""
    mine, devices = iam_arn(account, f"user/latchkey/{user}"), iam_arn(account, "mfa/latchkey/*")
    return document(
        {"Effect": "Allow", "Action": "iam:*", "Resource": mine},
        {"Effect": "Allow", "Action": DEVICE_CALLS, "Resource": devices},
        {"Effect": "Allow", "Action": ["iam:GetPolicy", "iam:GetPolicyVersion"], "Resource": "*"},
    )


def one_user_anywhere(account: Account, user: str) -> Document:
    """The same under any path. The name alone is enough: IAM user names are unique in an account."""
    paths = [iam_arn(account, f"user/{user}"), iam_arn(account, f"user/*/{user}")]
    return document({"Effect": "Allow", "Action": "iam:*", "Resource": paths})


def only_on(arn: str, *actions: str) -> Document:
    """The session policy of one call on a user or role that isn't Latchkey's: this action on this resource only."""
    return document({"Effect": "Allow", "Action": list(actions), "Resource": arn})
