"""The IAM user of a grant: created with its boundary, then its Denies, then its Allows."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, TypeVar

from bot.aws import policies
from bot.aws.boundary import check_boundary
from bot.aws.errors import DENIED, GONE, reading, writing
from bot.domain import retry
from bot.domain.catalog import Catalog
from bot.domain.errors import AwsRefused, ForeignUser, Unreadable
from bot.domain.grant import IAM_PATH
from bot.ports import UserSpec

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient
    from mypy_boto3_iam.type_defs import UserTypeDef

ALLOW, DENY = "latchkey-allow", "latchkey-deny"
SESSIONS = "latchkey-sessions-over"  # denies sessions that were made before a tear-down or a leak
VISIBLE_WITHIN = timedelta(minutes=1)  # after CreateUser, to IAM's other calls
TAG_MOST = 256  # characters of a tag's value (IAM quotas)
TAG_SIGNS = " _.:/=+-@"  # besides letters and digits (IAM API: Tag)
NOT_OURS = "NotLatchkeysUser"

Sleep = Callable[[float], None]
Reader = Callable[[], "IAMClient"]  # made only if it is needed
Answer = TypeVar("Answer")

MOST_USERS = 5000  # IAM users in an account (IAM quotas), if AWS doesn't say


def prepare(client: "IAMClient", reader: Reader, catalog: Catalog, spec: UserSpec, sleep: Sleep) -> None:
    """Idempotent. Raises BoundaryDiffers, ForeignUser, and what `writing` raises."""
    denies = _denies(catalog, spec)
    check_boundary(client, catalog, spec.account)
    fresh = _create(client, spec)
    if not fresh:
        is_ours(client, spec, sleep)
    hidden = _hidden(reader, spec.grant.iam_user)
    once_visible(lambda: _put(client, spec.grant.iam_user, DENY, denies), sleep, hidden)
    if not fresh:
        _take_back(client, spec)
    _allow(client, spec, sleep, hidden)


def renew_policies(client: "IAMClient", catalog: Catalog, spec: UserSpec, sleep: Sleep) -> None:
    """Write all policies of this spec on an existing user, and remove others."""
    denies = _denies(catalog, spec)
    check_boundary(client, catalog, spec.account)
    is_ours(client, spec, sleep, only="latchkey:expires")
    _put(client, spec.grant.iam_user, DENY, denies)
    _take_back(client, spec)
    _drop_others(client, spec.grant.iam_user)
    _allow(client, spec, sleep)


def extend(client: "IAMClient", catalog: Catalog, spec: UserSpec, sleep: Sleep) -> None:
    """Set another lease end on an existing user. The Deny comes last, because it takes effect in AWS."""
    denies = _denies(catalog, spec)
    check_boundary(client, catalog, spec.account)
    is_ours(client, spec, sleep, only="latchkey:expires")
    _put(client, spec.grant.iam_user, DENY, denies)


def _denies(catalog: Catalog, spec: UserSpec) -> policies.Document:
    if spec.grant.lease_until is None:
        raise ValueError("a user can only be created for a grant with a fixed lease")
    roles = policies.may_assume(policies.keys_in(catalog, spec.account))
    return policies.denies(spec.entitlement, spec.grant.lease_until, roles)


def check_path(client: "IAMClient", reader: Reader, user: str, sleep: Sleep) -> None:
    """The last check before a key is created: it must be a user under /latchkey/. Raises ForeignUser."""
    found = once_visible(lambda: _get(client, user), sleep, _hidden(reader, user))
    if found["Path"] != IAM_PATH:
        raise ForeignUser("CreateAccessKey", NOT_OURS)


def once_visible(act: Callable[[], Answer], sleep: Sleep, hidden: Callable[[], bool] = lambda: False) -> Answer:
    """IAM shows a new user late: retry on NoSuchEntity for up to 60 s, and on AccessDenied while the user is hidden.

    The Issuer's rights are limited to a path. IAM knows no path of a user that it doesn't show, so it denies the call.
    """
    for pause in retry.waits(retry.NEW_USER_CALL, VISIBLE_WITHIN):
        try:
            return act()
        except AwsRefused as refused:
            if refused.code != GONE and not (refused.code == DENIED and hidden()):
                raise
        sleep(pause.total_seconds())
    return act()


def _create(client: "IAMClient", spec: UserSpec) -> bool:
    """False if a user of this name already exists."""
    try:
        with writing("CreateUser"):
            client.create_user(
                Path=IAM_PATH,
                UserName=spec.grant.iam_user,
                PermissionsBoundary=spec.account.boundary_arn or "",
                Tags=[{"Key": key, "Value": value} for key, value in tags(spec).items()],
            )
    except AwsRefused as refused:
        if refused.code != "EntityAlreadyExists":
            raise
        return False
    return True


def is_ours(client: "IAMClient", spec: UserSpec, sleep: Sleep, only: str = "", *, bounded: bool = True) -> None:
    """Whether path, boundary and grant tag match; updates the other tags, or only `only`. Raises ForeignUser.

    `bounded=False` accepts a missing boundary: it is about to be restored.
    """
    user = spec.grant.iam_user
    found = once_visible(lambda: _get(client, user), sleep)
    have, want = {each["Key"]: each["Value"] for each in found.get("Tags", [])}, tags(spec)
    right = found["Path"] == IAM_PATH and have.get("latchkey:grant") == spec.grant.id
    if not right or (bounded and _bounded_by(found) != spec.account.boundary_arn):
        raise ForeignUser("CreateUser", "EntityAlreadyExists")
    changed = [{"Key": key, "Value": value} for key, value in want.items() if have.get(key) != value]
    if only:
        changed = [each for each in changed if each["Key"] == only]
    if changed:
        with writing("TagUser"):
            client.tag_user(UserName=user, Tags=changed)  # type: ignore[arg-type]


def _hidden(reader: Reader, user: str) -> Callable[[], bool]:
    """Whether IAM doesn't show this user even to the Reader, whose rights have no path."""

    def hidden() -> bool:
        try:
            with reading("GetUser"):
                reader().get_user(UserName=user)
        except Unreadable as unknown:
            return unknown.code == GONE
        return False

    return hidden


def _get(client: "IAMClient", user: str) -> "UserTypeDef":
    with writing("GetUser"):
        return client.get_user(UserName=user)["User"]


def _bounded_by(user: "UserTypeDef") -> str | None:
    return user.get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")


def _allow(client: "IAMClient", spec: UserSpec, sleep: Sleep, hidden: Callable[[], bool] = lambda: False) -> None:
    user, policy = spec.grant.iam_user, spec.entitlement.policy
    if policy is not None:
        once_visible(lambda: _put(client, user, ALLOW, json.loads(policy)), sleep, hidden)
    for arn in spec.entitlement.policy_arns:
        once_visible(lambda arn=arn: _attach(client, user, arn), sleep, hidden)  # type: ignore[misc]


def _take_back(client: "IAMClient", spec: UserSpec) -> None:
    """Remove what the catalog allowed when the user was created and no longer does."""
    user = spec.grant.iam_user
    if spec.entitlement.policy is None:
        with writing("DeleteUserPolicy", gone_is_done=True):
            client.delete_user_policy(UserName=user, PolicyName=ALLOW)
    with writing("ListAttachedUserPolicies"):
        pages = client.get_paginator("list_attached_user_policies").paginate(UserName=user)
        attached = [row["PolicyArn"] for page in pages for row in page["AttachedPolicies"]]
    for arn in attached:
        if arn not in spec.entitlement.policy_arns and not policies.only_denies(arn):
            with writing("DetachUserPolicy", gone_is_done=True):
                client.detach_user_policy(UserName=user, PolicyArn=arn)


def _drop_others(client: "IAMClient", user: str) -> None:
    """Inline policies that aren't ours."""
    with writing("ListUserPolicies"):
        pages = client.get_paginator("list_user_policies").paginate(UserName=user)
        names = [name for page in pages for name in page["PolicyNames"]]
    for name in names:
        if name not in {ALLOW, DENY, SESSIONS}:
            with writing("DeleteUserPolicy", gone_is_done=True):
                client.delete_user_policy(UserName=user, PolicyName=name)


def _put(client: "IAMClient", user: str, name: str, found: policies.Document) -> None:
    with writing("PutUserPolicy"):
        client.put_user_policy(UserName=user, PolicyName=name, PolicyDocument=policies.compact(found))


def _attach(client: "IAMClient", user: str, arn: str) -> None:
    with writing("AttachUserPolicy"):
        client.attach_user_policy(UserName=user, PolicyArn=arn)


def tags(spec: UserSpec) -> dict[str, str]:
    """Always with the prefix: a bare `owner` could match a company's own policies."""
    lease = spec.grant.lease_until
    return {
        "latchkey:grant": spec.grant.id,
        "latchkey:owner": spec.grant.owner,
        "latchkey:requester": spec.requester,
        "latchkey:approver": " ".join(spec.approvers)[:TAG_MOST],
        "latchkey:entitlement": spec.entitlement.id,
        **({"latchkey:ticket": _written(spec.ticket)} if spec.ticket else {}),
        "latchkey:expires": policies.moment(lease) if lease else "",
    }


def _written(text: str) -> str:
    """As IAM takes it in a tag: other characters become an underscore. The audit log has it as it was typed."""
    return "".join(each if each.isalnum() or each in TAG_SIGNS else "_" for each in text)[:TAG_MOST]


def user_quota(client: "IAMClient") -> tuple[int, int]:
    """The number of IAM users in the account, and its quota. Raises Unreadable."""
    with reading("GetAccountSummary"):
        found = client.get_account_summary()["SummaryMap"]
    return int(found.get("Users", 0)), int(found.get("UsersQuota", MOST_USERS))
