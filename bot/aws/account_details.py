"""All IAM users of an account, with what their policies allow, and their service-specific credentials.

GetAccountAuthorizationDetails returns users, groups and the account's own policies in the same pages.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.aws.errors import reading
from bot.domain.errors import Unreadable
from bot.domain.hygiene.inventory import UserSeen
from bot.domain.hygiene.service_credential import ServiceCredential, ServiceStatus
from bot.domain.policies.admin_power import BY_AWS, EVERYTHING, Effect, Held, effect_by_name, effect_of, power
from bot.domain.replacement.allowed import Allowed

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_iam.type_defs import (
        AttachedPolicyTypeDef,
        ManagedPolicyDetailTypeDef,
        PolicyDetailTypeDef,
        ServiceSpecificCredentialMetadataTypeDef,
        UserDetailTypeDef,
    )

PAGE = 1000  # maximum of both calls (IAM API)
PAGES_MOST = 100  # of service-specific credentials: two for each user and service, 5,000 users


@dataclass(slots=True)
class Policies:
    """What applies to users: the account's own policies by ARN, and by group what its members get."""

    own: dict[str, Effect | None] = field(default_factory=dict)
    groups: dict[str, list[Held]] = field(default_factory=dict)

    def attached(self, rows: "Iterable[AttachedPolicyTypeDef]", group: str = "") -> Iterator[Held]:
        for each in rows:
            yield Held(each.get("PolicyName", ""), self.effect(each.get("PolicyArn", "")), group)

    def effect(self, arn: str) -> Effect | None:
        return effect_by_name(arn.rpartition("/")[2]) if BY_AWS in arn else self.own.get(arn)

    def bound(self, row: "UserDetailTypeDef") -> Effect | None:
        arn = row.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")
        return self.effect(arn) if arn else EVERYTHING


def users(client: "IAMClient", worker: str) -> tuple[UserSeen, ...]:
    """`worker` is the ARN that Latchkey runs as. Raises Unreadable."""
    with reading("GetAccountAuthorizationDetails"):
        pages = list(
            client.get_paginator("get_account_authorization_details").paginate(
                Filter=["User", "Group", "LocalManagedPolicy"], PaginationConfig={"PageSize": PAGE}
            )
        )
    found = Policies({row["Arn"]: _default(row) for page in pages for row in page.get("Policies", [])})
    for group in (row for page in pages for row in page.get("GroupDetailList", [])):
        name = group["GroupName"]
        attached = found.attached(group.get("AttachedManagedPolicies", []), name)
        found.groups[name] = [*_inline(group.get("GroupPolicyList", []), name), *attached]
    return tuple(_user(row, found, worker) for page in pages for row in page.get("UserDetailList", []))


def service_credentials(client: "IAMClient") -> tuple[ServiceCredential, ...]:
    """One call for each 1,000 of them: boto3 has no paginator for it. Raises Unreadable."""
    found: list[ServiceCredential] = []
    asked: dict[str, Any] = {"AllUsers": True, "MaxItems": PAGE}
    for _ in range(PAGES_MOST):
        with reading("ListServiceSpecificCredentials"):
            page = client.list_service_specific_credentials(**asked)
        found += [_credential(row) for row in page.get("ServiceSpecificCredentials", [])]
        marker = page.get("Marker")
        if not page.get("IsTruncated"):
            return tuple(found)
        if not marker or marker == asked.get("Marker"):
            break
        asked["Marker"] = marker
    raise Unreadable("ListServiceSpecificCredentials", "EndlessPages")


def _default(row: "ManagedPolicyDetailTypeDef") -> Effect | None:
    """Of the version in force."""
    versions: list[Mapping[str, Any]] = [*row.get("PolicyVersionList", [])]
    return next((effect_of(each.get("Document")) for each in versions if each.get("IsDefaultVersion")), None)


def _inline(rows: "Iterable[PolicyDetailTypeDef]", group: str = "") -> Iterator[Held]:
    for each in rows:
        yield Held(each.get("PolicyName", ""), effect_of(each.get("PolicyDocument")), group)


def _user(row: "UserDetailTypeDef", found: Policies, worker: str) -> UserSeen:
    attached = row.get("AttachedManagedPolicies", [])
    held = [*_inline(row.get("UserPolicyList", [])), *found.attached(attached)]
    groups = row.get("GroupList", [])
    held += [each for name in groups for each in found.groups.get(name, ())]
    known = found.groups.keys() >= set(groups)
    return UserSeen(
        row["UserName"],
        row["Arn"],
        row["CreateDate"].astimezone(UTC),
        {each["Key"]: each["Value"] for each in row.get("Tags", [])},
        tuple(each["PolicyName"] for each in attached),
        power(held, found.bound(row)) if known else None,
        _allowed(row).stored(),
        runs_latchkey=row["Arn"] == worker,
    )


def _allowed(row: "UserDetailTypeDef") -> Allowed:
    """As it is, for the role that may take the place of its keys."""
    inline: list[Mapping[str, Any]] = [*row.get("UserPolicyList", [])]
    return Allowed(
        tuple(each.get("PolicyArn", "") for each in row.get("AttachedManagedPolicies", [])),
        tuple((each["PolicyName"], dict(each["PolicyDocument"])) for each in inline),
        tuple(row.get("GroupList", [])),
        row.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn"),
    )


def _credential(row: "ServiceSpecificCredentialMetadataTypeDef") -> ServiceCredential:
    status = row["Status"]
    return ServiceCredential(
        row["ServiceSpecificCredentialId"],
        row["UserName"],
        row["ServiceName"],
        ServiceStatus(status) if status in set(ServiceStatus) else None,
        _utc(row.get("CreateDate")),
        _utc(row.get("ExpirationDate")),
    )


def _utc(at: datetime | None) -> datetime | None:
    return at.astimezone(UTC) if at else None
