"""The state of grants' users in AWS, in a form that can be compared with the catalog's own documents.

One GetAccountAuthorizationDetails for each 1,000 users of the account covers all of them.
"""

import json
from collections.abc import Collection, Iterator
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.aws import policies as documents
from bot.aws.boundary import digest, rows_of, statement
from bot.aws.errors import reading
from bot.aws.users import ALLOW, DENY, SESSIONS
from bot.domain.catalog import Catalog, Entitlement
from bot.domain.drift.observe import Shape, UserSeen
from bot.domain.schedule import aware

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_iam.type_defs import UserDetailTypeDef

PAGE = 1000  # users in one response (IAM API: MaxItems)
PREFIX = "latchkey:"
ANY_DAY = datetime(2000, 1, 1, tzinfo=UTC)


def shape_of(catalog: Catalog, entitlement: Entitlement) -> Shape:
    account = catalog.account_of(entitlement)
    roles = documents.may_assume(documents.keys_in(catalog, account))
    policies = {DENY: _read(documents.denies(entitlement, ANY_DAY, roles))[1]}
    if entitlement.policy is not None:
        policies[ALLOW] = digest(json.loads(entitlement.policy))
    return Shape(account.boundary_arn, policies | dict.fromkeys(entitlement.policy_arns, ""))


def users_seen(client: "IAMClient", users: Collection[str]) -> dict[str, UserSeen]:
    """Raises Unreadable."""
    return {row["UserName"]: _seen(row) for row in details(client) if row["UserName"] in users}


def details(client: "IAMClient") -> "Iterator[UserDetailTypeDef]":
    """Every user of the account. Raises Unreadable."""
    with reading("GetAccountAuthorizationDetails"):
        pages = client.get_paginator("get_account_authorization_details").paginate(
            Filter=["User"], PaginationConfig={"PageSize": PAGE}
        )
        for page in pages:
            yield from page["UserDetailList"]


def _seen(row: "UserDetailTypeDef") -> UserSeen:
    """A policy that only denies, like AWS's quarantine, isn't drift: Latchkey must not remove it."""
    inline = {each["PolicyName"]: each["PolicyDocument"] for each in row.get("UserPolicyList", [])}
    if SESSIONS in inline and takes_away(inline[SESSIONS]):
        del inline[SESSIONS]
    until, denies = _read(inline[DENY]) if DENY in inline else (None, "")
    policies = {name: denies if name == DENY else digest(found) for name, found in inline.items()}
    attached = [each["PolicyArn"] for each in row.get("AttachedManagedPolicies", [])]
    tags = {each["Key"].removeprefix(PREFIX): each["Value"] for each in row.get("Tags", []) if _ours(each["Key"])}
    return UserSeen(
        path=row["Path"],
        shape=Shape(
            row.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
            policies | {arn: "" for arn in attached if not documents.only_denies(arn)},
        ),
        lease_until=until,
        tags=tags,
        groups=tuple(row.get("GroupList", [])),
    )


def comparable(denies: Any) -> str:
    """A digest of a grant's own Denies that doesn't change with its lease."""
    return _read(denies)[1]


def takes_away(found: Any) -> bool:
    """Whether a policy holds nothing but Denies."""
    try:
        return all(row.get("Effect") == "Deny" for row in rows_of(found))
    except (TypeError, AttributeError):
        return False


def _ours(key: str) -> bool:
    return key.startswith(PREFIX)


def _read(found: Any) -> tuple[datetime | None, str]:
    """The lease end in these Denies, and a digest of everything else in them."""
    try:
        rows = [(row, _until(row)) for row in rows_of(found)]
        rest = {**found, "Statement": [row for row, until in rows if until is None]}
    except (TypeError, KeyError, AttributeError):
        return None, digest(found)
    ends = [until for _, until in rows if until is not None]
    return min(ends, default=None), digest(rest)


def _until(row: Any) -> datetime | None:
    """The time in a statement of the form we write; None for any other statement."""
    try:
        until = aware(datetime.fromisoformat(row["Condition"]["DateGreaterThan"]["aws:CurrentTime"]))
        return until if statement(row) == statement(documents.after(until)) else None
    except (TypeError, KeyError, ValueError, AttributeError):
        return None
