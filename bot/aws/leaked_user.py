"""End what a leaked key's IAM user can still do, and read what is on it. See ports.Iam and ports.Responder."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from bot.aws.boundary import digest, rows_of, same
from bot.aws.drift import comparable, details
from bot.aws.errors import GONE, reading, writing
from bot.aws.policies import compact, sessions_denied
from bot.aws.users import DENY, SESSIONS
from bot.domain.errors import Unreadable
from bot.domain.ids import AccessKeyId
from bot.domain.leaks.leaked_user import Standing, UserKey
from bot.domain.schedule import aware

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

OFF = "Inactive"  # any other status counts as active
OLDER = "AWSRevokeOlderSessions"  # the IAM console's own name for it


def standing(client: "IAMClient", user: str) -> Standing | None:
    """Three reads, each tried even if another failed. None: AWS has no such user."""
    unread: list[str] = []
    found: dict[str, Any] = {}
    gone = False
    with _part(unread) as part:
        pages = client.get_paginator("list_access_keys").paginate(UserName=user)
        with reading("ListAccessKeys"):
            rows = [row for page in pages for row in page["AccessKeyMetadata"]]
        found["keys"] = tuple(_key(row) for row in rows)
    gone = part == [GONE]
    with _part(unread):
        row = next((each for each in details(client) if each["UserName"] == user), None)
        if row is not None:
            found |= _policies(row)
        elif gone:
            return None
        else:
            raise Unreadable("GetAccountAuthorizationDetails", "NotThere")
    with _part(unread) as part:
        with reading("GetLoginProfile"):
            made = client.get_login_profile(UserName=user)["LoginProfile"]["CreateDate"]
        found |= {"login_at": made.astimezone(UTC), "login_known": True}
    if part == [GONE]:
        unread.pop()
        found["login_known"] = True
    return Standing(**found, unread=tuple(unread))


@contextmanager
def _part(unread: list[str]) -> Iterator[list[str]]:
    """The code of an error, if there was one."""
    codes: list[str] = []
    try:
        yield codes
    except Unreadable as unknown:
        codes.append(unknown.code)
        unread.append(f"{unknown.call}: {unknown.code}")


def _key(row: Any) -> UserKey:
    return UserKey(AccessKeyId(row["AccessKeyId"]), row["Status"] != OFF, row["CreateDate"].astimezone(UTC))


def _policies(row: Any) -> dict[str, Any]:
    inline = {each["PolicyName"]: each["PolicyDocument"] for each in row.get("UserPolicyList", [])}
    ours = inline.pop(SESSIONS, None)
    ended = _before(ours) if ours is not None else None
    texts = {name: comparable(text) if name == DENY else digest(text) for name, text in inline.items()}
    if ours is not None and ended is None:
        texts[SESSIONS] = digest(ours)  # somebody rewrote it
    attached = {each["PolicyArn"]: "" for each in row.get("AttachedManagedPolicies", [])}
    groups = tuple(row.get("GroupList", []))
    return {"arn": row["Arn"], "policies": texts | attached, "groups": groups, "ended_before": ended}


def _before(found: Any) -> datetime | None:
    """The time in the policy that `deny_sessions` writes; None for any other text."""
    try:
        (row,) = rows_of(found)
        before = aware(datetime.fromisoformat(row["Condition"]["DateLessThan"]["aws:TokenIssueTime"]))
    except (TypeError, KeyError, ValueError, AttributeError):
        return None
    return before if same(found, sessions_denied(before)) else None


def deny_sessions(client: "IAMClient", user: str, before: datetime) -> None:
    with writing("PutUserPolicy"):
        client.put_user_policy(UserName=user, PolicyName=SESSIONS, PolicyDocument=compact(sessions_denied(before)))


def allow_sessions(client: "IAMClient", user: str) -> None:
    with writing("DeleteUserPolicy", gone_is_done=True):
        client.delete_user_policy(UserName=user, PolicyName=SESSIONS)


def attach(client: "IAMClient", user: str, arn: str) -> None:
    with writing("AttachUserPolicy"):
        client.attach_user_policy(UserName=user, PolicyArn=arn)


def detach(client: "IAMClient", user: str, arn: str) -> None:
    with writing("DetachUserPolicy", gone_is_done=True):
        client.detach_user_policy(UserName=user, PolicyArn=arn)


def delete_login(client: "IAMClient", user: str) -> None:
    with writing("DeleteLoginProfile", gone_is_done=True):
        client.delete_login_profile(UserName=user)


def end_role_sessions(client: "IAMClient", role: str, before: datetime) -> None:
    """A newer session works."""
    with writing("PutRolePolicy"):
        client.put_role_policy(RoleName=role, PolicyName=OLDER, PolicyDocument=json.dumps(sessions_denied(before)))
