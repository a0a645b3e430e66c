"""The steps of one replacement: what each is, and its lines. The sentences are in slack/text/replacement."""

import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from bot.domain.replacement.allowed import Allowed
from bot.domain.replacement.repository import Repository
from bot.domain.replacement.shell import LINE_MOST, Raw, aws, document, line

ROLE_MOST = 64  # characters of a role's name
REGION = re.compile(r"[a-z]{2}(?:-[a-z]{1,20}){1,3}-\d", re.ASCII)


class StepName(StrEnum):
    TRUST = "trust"
    ROLE = "role"
    PERMISSIONS = "permissions"
    ATTACH_INSTANCE = "attach-instance"
    ATTACH_TASK = "attach-task"
    ATTACH_FUNCTION = "attach-function"
    PROVIDER = "provider"
    WORKFLOW = "workflow"
    PIPELINE = "pipeline"
    FORGET_SECRETS = "forget-secrets"
    SIGN_IN_POLICY = "sign-in-policy"
    LOGIN = "login"
    SSO_PROFILE = "sso-profile"
    SSO_LOGIN = "sso-login"
    REQUEST = "request"
    OFFER = "offer"
    ANCHOR = "anchor"
    PROFILE = "profile"
    HELPER = "helper"
    REMOVE = "remove"
    SWITCH_OFF = "switch-off"


@dataclass(frozen=True, slots=True)
class Step:
    name: StepName
    lines: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Target:
    """One key with the names that its lines need."""

    account_id: str
    partition: str
    user: str
    access_key_id: str
    allowed: Allowed | None = None  # None: inventory hasn't read it yet
    region: str | None = None  # where it was used most
    runs_on: str = ""  # evidence that it runs in AWS
    repository: Repository | None = None
    sso: tuple[str, str] | None = None  # start URL and region of Identity Center
    entitlements: tuple[str, ...] = ()  # ids of sessions that the catalog offers
    command: str = "/key"
    named: str = ""  # what the new role is named after; empty: its user
    may_act: bool = True  # Latchkey can switch the key off

    @property
    def role(self) -> str:
        return f"{(self.named or self.user)[: ROLE_MOST - 5]}-role"

    def arn(self, resource: str, service: str = "iam", region: str = "") -> str:
        return f"arn:{self.partition}:{service}:{region}:{self.account_id}:{resource}"

    @property
    def in_region(self) -> tuple[()] | tuple[str, str]:
        return ("--region", self.region) if self.region and REGION.fullmatch(self.region) else ()


Policy = dict[str, Any]


def policy(*statements: Policy) -> Policy:
    return {"Version": "2012-10-17", "Statement": list(statements)}


def assumed(principal: Policy, *actions: str, condition: Policy | None = None) -> Policy:
    made: Policy = {
        "Effect": "Allow",
        "Principal": principal,
        "Action": actions[0] if len(actions) == 1 else [*actions],
    }
    return made | ({"Condition": condition} if condition else {})


def trust(policy_: Policy) -> Step:
    """A variable of its own, so that a person reads whom the role will trust."""
    return Step(StepName.TRUST, (f"TRUST={_quoted(policy_)}",))


def _quoted(policy_: Policy) -> str:
    return f"'{document(policy_)}'"  # the document holds no quote of its own


def role(target: Target) -> Step:
    boundary = target.allowed.boundary if target.allowed else None
    words = ("--assume-role-policy-document", Raw('"$TRUST"'))
    limits = ("--permissions-boundary", boundary) if boundary else ()
    return Step(StepName.ROLE, (aws("iam", "create-role", "--role-name", target.role, *words, *limits),))


def permissions(target: Target) -> Step:
    """The user's policies as they are."""
    allowed = target.allowed
    if allowed is None:
        return Step(StepName.PERMISSIONS, (*copy_all(target, "user", target.user), _groups_of(target)))
    lines = [_attach(target, each) for each in allowed.managed]
    for name, text in allowed.inline:
        put = aws("iam", "put-role-policy", "--role-name", target.role, "--policy-name", name, "--policy-document")
        whole = f"{put} {_quoted(dict(text))}"
        lines.append(whole if len(whole) <= LINE_MOST else _copy_one(target, "user", target.user, name))
    for group in allowed.groups:
        lines += copy_all(target, "group", group)
    return Step(StepName.PERMISSIONS, tuple(lines))


def _attach(target: Target, arn: str) -> str:
    return aws("iam", "attach-role-policy", "--role-name", target.role, "--policy-arn", arn)


def _copy_one(target: Target, kind: str, owner: str, name: str) -> str:
    """A document too long for a window, read from AWS."""
    read = aws("iam", f"get-{kind}-policy", f"--{kind}-name", owner, "--policy-name", name, "--query")
    put = aws("iam", "put-role-policy", "--role-name", target.role, "--policy-name", name, "--policy-document")
    return f"{read} PolicyDocument --output json > policy.json && {put} file://policy.json"


def copy_all(target: Target, kind: str, owner: str) -> tuple[str, str]:
    """Every managed and every inline policy of a user or a group, by names that AWS lists at that moment."""
    of = (f"--{kind}-name", owner)
    attached = aws("iam", f"list-attached-{kind}-policies", *of, "--query", "AttachedPolicies[].[PolicyArn]")
    inline = aws("iam", f"list-{kind}-policies", *of, "--query", "PolicyNames[].[@]")
    read = aws("iam", f"get-{kind}-policy", *of, "--policy-name", Raw('"$name"'), "--query", "PolicyDocument")
    put = aws("iam", "put-role-policy", "--role-name", target.role, "--policy-name", Raw('"$name"'))
    attach = aws("iam", "attach-role-policy", "--role-name", target.role, "--policy-arn", Raw('"$arn"'))
    copy = f"{read} --output json > policy.json && {put} --policy-document file://policy.json"
    return (
        f"{attached} --output text | while read -r arn; do {attach}; done",
        f"{inline} --output text | while read -r name; do {copy}; done",
    )


def _groups_of(target: Target) -> str:
    return aws("iam", "list-groups-for-user", "--user-name", target.user, "--query", "Groups[].[GroupName]") + (
        " --output text"
    )


def remove(*lines: str) -> Step:
    """Remove the key where a program reads it, then check that the caller is the new one."""
    unset = line("unset", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN")
    return Step(StepName.REMOVE, lines or (unset, aws("sts", "get-caller-identity")))


def switch_off(target: Target) -> tuple[Step, ...]:
    """By hand, where Latchkey may not."""
    if target.may_act:
        return ()
    of = ("--user-name", target.user, "--access-key-id", target.access_key_id)
    return (Step(StepName.SWITCH_OFF, (aws("iam", "update-access-key", *of, "--status", "Inactive"),)),)
