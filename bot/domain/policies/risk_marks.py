"""What an approver should look at twice: what writes, deletes, covers everything, grants access, or moves data out.

Each mark names the actions that led to it. A pattern counts as everything that it could match; a Deny without a
condition on every resource takes away what it covers.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fnmatch import fnmatchcase

from bot.domain.policies.document import ANY, Statement, lists_names, name_of, service_of, statements


class RiskKind(StrEnum):
    """In the order in which they are shown."""

    IAM = "iam"  # may change who may do what
    DATA_OUT = "data-out"  # may copy or share data outside the account
    DELETE = "delete"
    WRITE = "write"
    EVERYTHING = "*"  # every action of a service, or every resource


@dataclass(frozen=True, slots=True)
class Risk:
    kind: RiskKind
    because: tuple[str, ...]  # actions, like s3:PutObject; for resources, the resource


READS = re.compile(
    r"(Get|List|Describe|BatchGet|Query|Scan|Head|Search|Lookup|View|Select|Check|Test|Detect|Estimate|Preview|Filter|"
    r"Simulate|Validate|Download|Read|Is|Has|Count|Summarize|Receive|Decrypt|Verify|Discover|Compare)(?![a-z])"
)
DELETES = (
    "Delete",
    "BatchDelete",
    "Remove",
    "Terminate",
    "Purge",
    "Destroy",
    "Deregister",
    "Drop",
    "Clear",
    "ScheduleKeyDeletion",
    "Reset",
)
WRITES = (
    "Put",
    "Create",
    "Update",
    "Write",
    "BatchWrite",
    "Modify",
    "Set",
    "Start",
    "Stop",
    "Run",
    "Invoke",
    "Send",
    "Publish",
    "Attach",
    "Tag",
    "Execute",
)
ACCESS_SERVICES = frozenset({"iam", "sts", "organizations", "account", "sso", "sso-directory", "identitystore", "ram"})
ACCESS_VERBS = ("Put", "Set", "Attach", "Detach", "Delete", "Add", "Remove", "Update", "Create", "Modify")
ACCESS_NOUNS = ("Policy", "Permission", "Permissions", "Acl", "Grant")
ACCESS_EXAMPLES = (
    "s3:PutBucketPolicy",
    "s3:PutBucketAcl",
    "s3:PutObjectAcl",
    "s3:PutAccessPointPolicy",
    "kms:CreateGrant",
    "kms:PutKeyPolicy",
    "lambda:AddPermission",
    "sqs:AddPermission",
    "sns:AddPermission",
    "secretsmanager:PutResourcePolicy",
    "ecr:SetRepositoryPolicy",
    "glue:PutResourcePolicy",
    "dynamodb:PutResourcePolicy",
    "logs:PutResourcePolicy",
)  # for patterns, which name no action
MOVES_DATA = (
    "backup:StartCopyJob",
    "dynamodb:ExportTableToPointInTime",
    "dynamodb:PutResourcePolicy",
    "ec2:CreateStoreImageTask",
    "ec2:ModifyImageAttribute",
    "ec2:ModifySnapshotAttribute",
    "ecr:PutReplicationConfiguration",
    "ecr:SetRepositoryPolicy",
    "glue:PutResourcePolicy",
    "kms:CreateGrant",
    "kms:PutKeyPolicy",
    "lambda:AddPermission",
    "logs:CreateExportTask",
    "logs:PutDestinationPolicy",
    "logs:PutSubscriptionFilter",
    "ram:AssociateResourceShare",
    "ram:CreateResourceShare",
    "rds:ModifyDBClusterSnapshotAttribute",
    "rds:ModifyDBSnapshotAttribute",
    "rds:StartExportTask",
    "redshift:AuthorizeSnapshotAccess",
    "s3:PutBucketAcl",
    "s3:PutBucketPolicy",
    "s3:PutBucketReplication",
    "s3:PutReplicationConfiguration",
    "s3:PutObjectAcl",
    "s3:PutAccessPointPolicy",
    "secretsmanager:PutResourcePolicy",
    "secretsmanager:ReplicateSecretToRegions",
    "ses:SendEmail",
    "ses:SendRawEmail",
    "sns:AddPermission",
    "sns:Publish",
    "sns:Subscribe",
    "sqs:AddPermission",
)


def marks(policy: str, account: str = "") -> tuple[Risk, ...]:
    """`account` is the 12-digit id of the account that the policy applies to."""
    found: dict[RiskKind, list[str]] = {}
    rows = statements(policy)
    denied = [action for each in rows if _denies_everywhere(each) for action in each.actions]
    for each in (row for row in rows if row.allows):
        for kind, why in _risks(each, denied, account):
            found.setdefault(kind, []).append(why)
    return tuple(Risk(kind, tuple(dict.fromkeys(found[kind]))) for kind in RiskKind if kind in found)


def of_managed(arns: Iterable[str]) -> tuple[Risk, ...]:
    """By the name alone, because the document isn't in the catalog: AWS's own names say what they are."""
    names = [each.rpartition("/")[2] for each in arns]
    full = tuple(each for each in names if each.endswith(("FullAccess", "PowerUserAccess", "AdministratorAccess")))
    access = tuple(each for each in full if each.startswith(("IAM", "Administrator")))
    found = {RiskKind.IAM: access, **dict.fromkeys((RiskKind.DELETE, RiskKind.WRITE, RiskKind.EVERYTHING), full)}
    return tuple(Risk(kind, found[kind]) for kind in RiskKind if found.get(kind))


def _denies_everywhere(row: Statement) -> bool:
    return not row.allows and not row.condition_keys and ANY in row.resources and not row.except_resources


def _risks(row: Statement, denied: Sequence[str], account: str) -> Iterator[tuple[RiskKind, str]]:
    everywhere = [each for each in row.resources if _is_everything(each)]
    if row.except_actions:
        yield RiskKind.EVERYTHING, f"NotAction {', '.join(row.except_actions)}"
        open_ = [each for each in ("s3:*", "iam:*") if not _covered(each, row.except_actions)]
        for each in open_:
            yield from ((kind, "NotAction") for kind, _ in _of_action(each, denied))
    for action in row.actions:
        for kind, why in _of_action(action, denied):
            yield kind, why
            if kind is RiskKind.WRITE and (foreign := _foreign(row, account)):
                yield RiskKind.DATA_OUT, f"{why} in account {foreign}"
    if row.except_resources:
        yield RiskKind.EVERYTHING, f"NotResource {', '.join(row.except_resources)}"
    for each in everywhere:
        if any(not _covered(action, denied) and not lists_names(action) for action in row.actions):
            yield RiskKind.EVERYTHING, f"Resource {each}"


def _is_everything(arn: str) -> bool:
    return arn.rpartition(":")[2].strip("*/") == "" and ANY in arn


def _foreign(row: Statement, account: str) -> str:
    owners = (each.split(":")[4] for each in row.resources if each.count(":") > 4)
    return next((each for each in owners if account and re.fullmatch(r"\d{12}", each) and each != account), "")


def _of_action(action: str, denied: Sequence[str]) -> Iterator[tuple[RiskKind, str]]:
    name = name_of(action)
    if _covered(action, denied):
        return
    if set(name) == {ANY}:
        yield RiskKind.EVERYTHING, action
    if _grants_access(action, denied):
        yield RiskKind.IAM, action
    if any(_reaches(action, each, denied) for each in MOVES_DATA):
        yield RiskKind.DATA_OUT, action
    if _could_be(action, DELETES, denied):
        yield RiskKind.DELETE, action
    if _could_be(action, WRITES, denied) or not (READS.match(name) or _starts_with(name, DELETES)):
        yield RiskKind.WRITE, action


def _grants_access(action: str, denied: Sequence[str]) -> bool:
    service, name = service_of(action), name_of(action)
    if service in ACCESS_SERVICES:
        return service == "sts" or READS.match(name) is None
    if not _has_pattern(name):
        return _starts_with(name, ACCESS_VERBS) and name.lower().endswith(tuple(each.lower() for each in ACCESS_NOUNS))
    return service == ANY or any(_reaches(action, each, denied) for each in ACCESS_EXAMPLES)


def _reaches(action: str, known: str, denied: Sequence[str]) -> bool:
    matches = action == ANY or fnmatchcase(known.lower(), action.lower())
    return matches and not _covered(known, denied)


def _could_be(action: str, verbs: Iterable[str], denied: Sequence[str]) -> bool:
    """Whether it starts with one of these verbs, or is a pattern that could match such an action."""
    service, name = service_of(action), name_of(action)
    if not _has_pattern(name):
        return _starts_with(name, verbs)
    fixed = re.split(r"[*?]", name, maxsplit=1)[0].lower()
    for each in verbs if fixed else tuple(verbs)[:1] if verbs is DELETES else verbs:
        begins = each.lower().startswith(fixed) or fixed.startswith(each.lower())
        if begins and not _covered(f"{service}:{each}*" if service != ANY else ANY, denied):
            return True
    return False


def _starts_with(name: str, verbs: Iterable[str]) -> bool:
    """As a word of its own: Put, but not Putt. IAM ignores case, so a name in one case alone shows no words."""
    if name in {name.lower(), name.upper()}:
        return any(name.lower().startswith(each.lower()) for each in verbs)
    return any(name.startswith(each) and not name[len(each) : len(each) + 1].islower() for each in verbs)


def _has_pattern(name: str) -> bool:
    return ANY in name or "?" in name


def _covered(action: str, by: Iterable[str]) -> bool:
    return any(each == ANY or fnmatchcase(action.lower(), each.lower()) for each in by)
