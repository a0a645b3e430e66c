"""Revoke sessions of a role: its inline policy `latchkey-revoked` denies everything to each of them by name.

The whole document is rebuilt from the ledger each time, because IAM has no conditional PutRolePolicy.
"""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.aws.boundary import as_document, same
from bot.aws.errors import GONE, writing
from bot.aws.policies import Document, document, inline_size, moment
from bot.domain.errors import AwsRefused, Throttled
from bot.domain.issuing.session import RevokedSession

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

POLICY = "latchkey-revoked"
ROLE_CHARACTERS = 10_240  # of all inline policies of a role together, without whitespace (IAM quotas)
CALLS = ("iam:DeleteRolePolicy", "iam:GetRolePolicy", "iam:ListRolePolicies", "iam:PutRolePolicy")
SETTLES = timedelta(minutes=1)
"""Between AWS's clock and ours. A session name is unique, so a later time affects no other session."""
NOT_SHOWN_YET = "NotShownYet"


def revoked(names: Sequence[str], sessions: Sequence[RevokedSession]) -> Document:
    """`names`: session names, or a prefix of them followed by `*`."""
    before = max(each.before for each in sessions) + SETTLES
    condition = {
        "StringLike": {"aws:userid": [f"*:{name}" for name in names]},
        "DateLessThan": {"aws:TokenIssueTime": moment(before)},
    }
    deny = {"Sid": "Revoked", "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}
    return document(deny)


def fitting(sessions: Sequence[RevokedSession], room: int) -> tuple[Document | None, frozenset[str]]:
    """The policy in at most `room` characters, and the names of the sessions that it denies.

    If all names fit, each session has its own entry. Otherwise one entry covers all sessions of a grant that has ended,
    since none of them should be in use. If that doesn't fit either, the first ones are denied and the caller gets their
    names: denying more would interrupt people who weren't revoked.
    """
    by_name = {each.name: each.name for each in sessions}
    if not sessions or inline_size(made := revoked(list(by_name), sessions)) <= room:
        return (made, frozenset(by_name)) if sessions else (None, frozenset())
    by_grant = {each.name: f"{each.names}*" if each.names else each.name for each in sessions}
    kept = list(dict.fromkeys(by_grant.values()))
    while kept and inline_size(revoked(kept, sessions)) > room:
        kept.pop()
    denied = frozenset(name for name, pattern in by_grant.items() if pattern in kept)
    return (revoked(kept, sessions) if kept else None), denied


def revoke(client: "IAMClient", role: str, sessions: Sequence[RevokedSession]) -> frozenset[str]:
    """See ports.Responder.revoke_sessions."""
    names = frozenset(each.name for each in sessions)
    try:
        others, standing = _inline(client, role)
    except AwsRefused as refused:
        if refused.code == GONE:
            return names
        raise
    wanted, denied = fitting(sessions, ROLE_CHARACTERS - others)
    if wanted is None:
        if standing is not None:
            with writing("DeleteRolePolicy", gone_is_done=True):
                client.delete_role_policy(RoleName=role, PolicyName=POLICY)
        return denied
    if standing is None or not same(standing, wanted):
        with writing("PutRolePolicy"):
            client.put_role_policy(RoleName=role, PolicyName=POLICY, PolicyDocument=json.dumps(wanted))
        if not same(_policy(client, role, POLICY), wanted):
            raise Throttled("GetRolePolicy", NOT_SHOWN_YET)
    return denied


def _inline(client: "IAMClient", role: str) -> tuple[int, Document | None]:
    """The total size of the role's other inline policies, and our current one."""
    with writing("ListRolePolicies"):
        pages = client.get_paginator("list_role_policies").paginate(RoleName=role)
        names = [name for page in pages for name in page["PolicyNames"]]
    size = sum(inline_size(_policy(client, role, name) or {}) for name in names if name != POLICY)
    return size, _policy(client, role, POLICY) if POLICY in names else None


def _policy(client: "IAMClient", role: str, name: str) -> Document | None:
    """None if IAM doesn't show it (yet, or any more)."""
    try:
        with writing("GetRolePolicy"):
            found = client.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    except AwsRefused as refused:
        if refused.code == GONE:
            return None
        raise
    return dict(as_document(found))
