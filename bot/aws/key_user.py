"""Find the IAM user that has an access key now. A key can't move to another user, but its user can be renamed."""

from typing import TYPE_CHECKING

from bot.aws.drift import details
from bot.aws.errors import DENIED, GONE, reading
from bot.domain.errors import Unreadable
from bot.domain.grant import GRANT_USER

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient


def holder(client: "IAMClient", key: str, user: str) -> str | None:
    """The user's name, or None if AWS has no such key. `user` is the one Latchkey created it for. Raises Unreadable.

    AWS's documentation of GetAccessKeyLastUsed no longer lists NoSuchEntity. If the answer is AccessDenied, which can
    also
    mean that there is no such key, the user is searched by its grant tag.
    """
    try:
        with reading("GetAccessKeyLastUsed"):
            found = client.get_access_key_last_used(AccessKeyId=key).get("UserName")
    except Unreadable as unknown:
        if unknown.code == GONE:
            return None
        if unknown.code == DENIED:
            return _by_tag(client, key, user)
        raise
    if not found:
        raise Unreadable("GetAccessKeyLastUsed", "NoUserName")
    return found


def _by_tag(client: "IAMClient", key: str, user: str) -> str | None:
    tag = {"Key": "latchkey:grant", "Value": user.removeprefix(GRANT_USER)}
    names = [row["UserName"] for row in details(client) if tag in row.get("Tags", [])]
    return next((each for each in names if key in keys_on(client, each)), None)


def keys_on(client: "IAMClient", user: str) -> set[str]:
    with reading("ListAccessKeys"):
        pages = client.get_paginator("list_access_keys").paginate(UserName=user)
        return {row["AccessKeyId"] for page in pages for row in page["AccessKeyMetadata"]}
