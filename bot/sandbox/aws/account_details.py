"""GetAccountAuthorizationDetails in pages, which moto lacks: users, groups and the account's own policies."""

from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import quote

from moto.iam.models import Group, ManagedPolicy, User

from bot.sandbox.aws.principals import Directory
from bot.sandbox.aws.wire import Answer, Message, Refusal, tags, xml_answer

MOST = 1000  # items of all kinds in one page
LISTS = {User: "UserDetailList", Group: "GroupDetailList", ManagedPolicy: "Policies"}
KINDS = {"User", "Group", "LocalManagedPolicy"}  # Latchkey asks for nothing else


def details(message: Message, directory: Directory) -> Answer:
    wanted = {value for name, value in message.params.items() if name.startswith("Filter.member.")}
    if not {"User"} <= wanted <= KINDS:
        raise Refusal("NotImplemented", "This stand-in shows users, their groups and own policies only.", 501)
    items = list(_items(directory, wanted))
    start, most = int(message.params.get("Marker", 0)), int(message.params.get("MaxItems", directory.page))
    if not 1 <= most <= MOST:
        raise Refusal("ValidationError", f"maxItems must be between 1 and {MOST}", 400)
    more = len(items) > start + most
    page = items[start : start + most]
    rows = ((name, _members(_shown(each) for each in page if type(each) is kind)) for kind, name in LISTS.items())
    marker = tags(Marker=str(start + most)) if more else ""
    inner = (
        f"{''.join(f'<{name}>{found}</{name}>' for name, found in rows)}{tags(IsTruncated=str(more).lower())}{marker}"
    )
    return xml_answer("iam", "GetAccountAuthorizationDetails", inner)


def _items(directory: Directory, wanted: set[str]) -> Iterator[User | Group | ManagedPolicy]:
    backend = directory.backend
    yield from backend.users.values()
    if "Group" in wanted:
        yield from backend.groups.values()
    if "LocalManagedPolicy" in wanted:
        yield from (each for each in backend.managed_policies.values() if type(each) is ManagedPolicy)


def _shown(item: User | Group | ManagedPolicy) -> str:
    if isinstance(item, User):
        return _user(item)
    return _group(item) if isinstance(item, Group) else _policy(item)


def _user(user: User) -> str:
    shown = tags(
        Path=user.path,
        UserName=user.name,
        UserId=user.id,
        Arn=user.arn,
        CreateDate=f"{user.create_date:%Y-%m-%dT%H:%M:%SZ}",
    )
    labels = _members(tags(Key=each["Key"], Value=each["Value"]) for each in user.tags or [])
    inline = _members(tags(**each) for each in user.user_policy_list)
    groups = _members(iter(user.group_list))
    boundary = getattr(user, "permissions_boundary", None)
    bounded = f"<PermissionsBoundary>{tags(**boundary)}</PermissionsBoundary>" if boundary else ""
    policies = f"<UserPolicyList>{inline}</UserPolicyList>{_attached(user.attached_managed_policies)}"
    return f"{shown}{policies}<GroupList>{groups}</GroupList><Tags>{labels}</Tags>{bounded}"


def _group(group: Group) -> str:
    inline = _members(tags(**each) for each in group.group_policy_list)
    shown = tags(Path=group.path, GroupName=group.name, GroupId=group.id, Arn=group.arn)
    return f"{shown}<GroupPolicyList>{inline}</GroupPolicyList>{_attached(group.attached_managed_policies)}"


def _policy(policy: Any) -> str:
    versions = _members(
        tags(
            VersionId=each.version_id,
            IsDefaultVersion=str(each.version_id == policy.default_version_id).lower(),
            Document=quote(each.document),
        )
        for each in policy.versions
    )
    shown = tags(PolicyName=policy.name, PolicyId=policy.id, Arn=policy.arn, DefaultVersionId=policy.default_version_id)
    return f"{shown}<PolicyVersionList>{versions}</PolicyVersionList>"


def _attached(rows: Iterable[dict[str, str]]) -> str:
    attached = _members(tags(PolicyName=each["PolicyName"], PolicyArn=each["PolicyArn"]) for each in rows)
    return f"<AttachedManagedPolicies>{attached}</AttachedManagedPolicies>"


def _members(rows: Iterable[str]) -> str:
    return "".join(f"<member>{each}</member>" for each in rows)
