"""Whether an IAM user can grant permissions in its account: by AdministratorAccess, by `*`, or by writing to IAM.

Judged from the policies in GetAccountAuthorizationDetails: attached, inline and of groups, within the boundary. A Deny
counts if it has no condition and covers every resource; the conditions of an Allow don't count, because a key can
often meet them. What concerns only the user itself (`${aws:username}`), and what a condition on
`iam:PermissionsBoundary` or `iam:PolicyARN` limits, is no such power. AWS's own policies are known by their names.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase

from bot.domain.policies.document import ANY, Statement, statements_in

WRITES = (
    "iam:AddUserToGroup",
    "iam:AttachGroupPolicy",
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:CreateAccessKey",
    "iam:CreateGroup",
    "iam:CreateLoginProfile",
    "iam:CreateOpenIDConnectProvider",
    "iam:CreatePolicy",
    "iam:CreatePolicyVersion",
    "iam:CreateRole",
    "iam:CreateSAMLProvider",
    "iam:CreateServiceSpecificCredential",
    "iam:CreateUser",
    "iam:DeleteGroupPolicy",
    "iam:DeleteRolePermissionsBoundary",
    "iam:DeleteRolePolicy",
    "iam:DeleteUserPermissionsBoundary",
    "iam:DeleteUserPolicy",
    "iam:DetachGroupPolicy",
    "iam:DetachRolePolicy",
    "iam:DetachUserPolicy",
    "iam:PutGroupPolicy",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:PutUserPermissionsBoundary",
    "iam:PutUserPolicy",
    "iam:RemoveUserFromGroup",
    "iam:ResetServiceSpecificCredential",
    "iam:SetDefaultPolicyVersion",
    "iam:UpdateAccessKey",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateLoginProfile",
    "iam:UpdateOpenIDConnectProviderThumbprint",
    "iam:UpdateSAMLProvider",
)
GIVE_ROLE = "iam:PassRole"  # counts on every role; on a named one it is how services get their role
POWERS = frozenset({*WRITES, GIVE_ROLE})
OWN = ("${aws:username}", "${aws:userid}")
LIMITS = frozenset({"iam:permissionsboundary", "iam:policyarn"})  # condition keys of delegated administration
BY_AWS = ":iam::aws:policy/"
NAME_MOST, SOURCES_MOST = 64, 3


@dataclass(frozen=True, slots=True)
class Effect:
    """What one policy allows and denies of POWERS."""

    allows: frozenset[str] = frozenset()
    denies: frozenset[str] = frozenset()


EVERYTHING = Effect(allows=POWERS)
AWS_NAMED = {"AdministratorAccess": EVERYTHING, "IAMFullAccess": EVERYTHING, "AWSDenyAll": Effect(denies=POWERS)}


@dataclass(frozen=True, slots=True)
class Held:
    """A policy that applies to a user. `effect` is None if AWS didn't show its document."""

    name: str
    effect: Effect | None
    group: str = ""  # through which it applies


def effect_of(document: object) -> Effect | None:
    """Of a policy document as IAM returns it, parsed. None if it can't be read."""
    if not isinstance(document, dict):
        return None
    rows = statements_in(document)
    allows = (action for row in rows if row.allows and not _is_limited(row) for action in _powers(row))
    denies = (_covered(row) for row in rows if not row.allows and not row.condition_keys and ANY in row.resources)
    return Effect(frozenset(allows), frozenset[str]().union(*denies))


def effect_by_name(name: str) -> Effect:
    """Of a policy that AWS wrote."""
    return EVERYTHING if name.startswith("AdministratorAccess") else AWS_NAMED.get(name, Effect())


def power(held: Sequence[Held], boundary: Effect | None = EVERYTHING) -> tuple[str, ...] | None:
    """The policies that give it, as words; empty if none does, None if that is unknown.

    `boundary` is None if the user has one that can't be read.
    """
    known = [(each, each.effect) for each in held if each.effect is not None]
    if len(known) < len(held):
        return None
    denied = frozenset[str]().union(*(effect.denies for _, effect in known))
    left = [(each, effect.allows - denied) for each, effect in known]
    if not any(actions for _, actions in left):
        return ()
    if boundary is None:
        return None
    within = boundary.allows - boundary.denies
    return tuple(_words(each, actions & within) for each, actions in left if actions & within)


def listed(sources: Sequence[str]) -> str:
    """At most three."""
    more = len(sources) - SOURCES_MOST
    return "; ".join(sources[:SOURCES_MOST]) + (f"; and {more} more" if more > 0 else "")


def _words(each: Held, actions: frozenset[str]) -> str:
    what = "every change in IAM" if actions >= frozenset(WRITES) else min(actions)
    more = f" and {len(actions) - 1} more" if len(actions) > 1 and actions < frozenset(WRITES) else ""
    through = f" through the group {_clean(each.group)}" if each.group else ""
    return f"{_clean(each.name)}{through} allows {what}{more}"


def _clean(name: str) -> str:
    shown = "".join(each for each in name if each.isprintable())
    return shown if len(shown) <= NAME_MOST else f"{shown[: NAME_MOST - 1]}…"


def _is_limited(row: Statement) -> bool:
    return any(each.lower() in LIMITS for each in row.condition_keys)


def _powers(row: Statement) -> frozenset[str]:
    if row.except_resources or any(_is_every(each) for each in row.resources):
        return _covered(row)
    return _covered(row) - {GIVE_ROLE} if any(_is_of_iam(each) for each in row.resources) else frozenset()


def _is_every(arn: str) -> bool:
    """`*`, or every resource of IAM's."""
    return arn == ANY or (_is_of_iam(arn) and arn.rpartition(":")[2].strip("*/") in {"", "role"})


def _is_of_iam(arn: str) -> bool:
    """Whether it can match a user, group, role or policy other than the user itself."""
    service = arn.split(":", 3)[2:3]
    return arn == ANY or (service in (["iam"], ["*"], []) and not any(own in arn for own in OWN))


def _covered(row: Statement) -> frozenset[str]:
    if row.except_actions:
        return frozenset(each for each in POWERS if not _matches(each, row.except_actions))
    return frozenset(each for each in POWERS if _matches(each, row.actions))


def _matches(action: str, patterns: Sequence[str]) -> bool:
    return any(each == ANY or fnmatchcase(action.lower(), each.lower()) for each in patterns)
