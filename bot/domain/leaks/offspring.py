"""What a leaked key made and what stays when it is off: users, keys, roles, policies and passwords."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.ids import AccessKeyId
from bot.domain.leaks.trail_changes import Change

MADE_MOST = 50


class MadeKind(StrEnum):
    """What outlives the key that made it."""

    USER = "user"
    KEY = "key"
    ROLE = "role"
    LOGIN = "login"
    POLICY = "policy"  # created, or put on or attached to somebody
    SERVICE_CREDENTIAL = "service-credential"


MAKES = {
    "iam:CreateUser": MadeKind.USER,
    "iam:CreateAccessKey": MadeKind.KEY,
    "iam:UpdateAccessKey": MadeKind.KEY,  # made Active again
    "iam:CreateRole": MadeKind.ROLE,
    "iam:UpdateAssumeRolePolicy": MadeKind.ROLE,  # others are let in
    "iam:CreateLoginProfile": MadeKind.LOGIN,
    "iam:UpdateLoginProfile": MadeKind.LOGIN,
    "iam:AttachGroupPolicy": MadeKind.POLICY,
    "iam:AttachRolePolicy": MadeKind.POLICY,
    "iam:AttachUserPolicy": MadeKind.POLICY,
    "iam:CreatePolicy": MadeKind.POLICY,
    "iam:CreatePolicyVersion": MadeKind.POLICY,
    "iam:PutGroupPolicy": MadeKind.POLICY,
    "iam:PutRolePolicy": MadeKind.POLICY,
    "iam:PutUserPolicy": MadeKind.POLICY,
    "iam:SetDefaultPolicyVersion": MadeKind.POLICY,
    "iam:CreateServiceSpecificCredential": MadeKind.SERVICE_CREDENTIAL,
}
INACTIVE = "Inactive"


@dataclass(frozen=True, slots=True)
class Made:
    """Something that the key or its sessions made, which stays when the key is off."""

    kind: MadeKind
    name: str  # of the user, role or policy; a policy's ARN; the id of a key
    on: str | None  # the IAM user, role or group that a key or a policy belongs to
    at: datetime
    by: AccessKeyId | None = None


def made_by(changes: Iterable[Change]) -> tuple[Made, ...]:
    found = (_one_made(each) for each in changes)
    return first(dict.fromkeys(each for each in found if each is not None))


def _one_made(change: Change) -> Made | None:
    kind = MAKES.get(change.call)
    if kind is None or (change.call == "iam:UpdateAccessKey" and change.detail == INACTIVE):
        return None
    if kind is MadeKind.KEY:
        return Made(kind, change.key, change.target, change.at, change.by) if change.key else None
    if kind in {MadeKind.POLICY, MadeKind.SERVICE_CREDENTIAL} and change.detail:
        return Made(kind, change.detail, change.target, change.at, change.by)
    return Made(kind, change.target, None, change.at, change.by) if change.target else None


def first(made: Iterable[Made]) -> tuple[Made, ...]:
    """The oldest: a flood of later ones hides none of them."""
    return tuple(sorted(made, key=lambda each: (each.at, each.kind, each.name))[:MADE_MOST])
