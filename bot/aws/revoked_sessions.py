"""Revoke sessions of a role: its inline policy `latchkey-revoked` denies everything to each of them by name.

The whole document is made anew each time from the ledger, because IAM has no conditional PutRolePolicy.
"""

import json
from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from bot.aws.boundary import as_document, same
from bot.aws.errors import GONE, writing
from bot.aws.policies import Document, document, inline_size, moment
from bot.domain.errors import AwsRefused, Throttled
from bot.domain.session import RevokedSession

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

POLICY = "latchkey-revoked"
ROLE_CHARACTERS = 10_240  # of all inline policies of a role together, blanks not counted (IAM quotas)
CALLS = ("iam:DeleteRolePolicy", "iam:GetRolePolicy", "iam:ListRolePolicies", "iam:PutRolePolicy")
SETTLES = timedelta(minutes=1)
"""Between AWS's clock and ours. A name is one session's alone, so a later moment denies nothing else."""
NOT_SHOWN_YET = "NotShownYet"


def revoked(names: Sequence[str], sessions: Sequence[RevokedSession]) -> Document:
    """`names`: the session names, or what they begin with and a `*`."""
    before = max(each.before for each in sessions) + SETTLES
    condition = {
        "StringLike": {"aws:userid": [f"*:{name}" for name in names]},
        "DateLessThan": {"aws:TokenIssueTime": moment(before)},
    }
    deny = {"Sid": "Revoked", "Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}
    return document(deny)


def fitting(sessions: Sequence[RevokedSession], room: int) -> tuple[Document | None, frozenset[str]]:
    """The policy in at most `room` characters, and the names of the sessions that it denies.

    Each by its name while all of them fit. Else one entry stands for all sessions of a grant that is over: no session
    of it is rightly in use. Beyond that the first ones are denied, and the caller hears which: to deny more than was
    asked would end the work of people who did nothing.
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
    """As ports.Responder.revoke_sessions has it."""
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
    """How many characters the role's other inline policies take, and ours as it stands."""
    with writing("ListRolePolicies"):
        pages = client.get_paginator("list_role_policies").paginate(RoleName=role)
        names = [name for page in pages for name in page["PolicyNames"]]
    size = sum(inline_size(_policy(client, role, name) or {}) for name in names if name != POLICY)
    return size, _policy(client, role, POLICY) if POLICY in names else None


def _policy(client: "IAMClient", role: str, name: str) -> Document | None:
    """None where IAM doesn't show it (yet, or any more)."""
    try:
        with writing("GetRolePolicy"):
            found = client.get_role_policy(RoleName=role, PolicyName=name)["PolicyDocument"]
    except AwsRefused as refused:
        if refused.code == GONE:
            return None
        raise
    return dict(as_document(found))
