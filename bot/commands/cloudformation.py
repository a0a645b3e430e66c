"""`latchkey iam --format cloudformation`: everything an account needs in IAM, as one CloudFormation template."""

from typing import Any

from bot.aws.policies import Document, iam_arn
from bot.aws.roles import session_roles
from bot.aws.trust import principal_of
from bot.commands.template_resources import (
    ROLES,
    WORKER_PATH,
    policy,
    portable_documents,
    resource,
    role_outputs,
    roles_of,
    session_role,
    when,
    whole,
    yes_or_no,
)
from bot.commands.yaml_text import to_yaml
from bot.domain.catalog import Account, Catalog

Template = dict[str, Any]

WORKER_USER = "latchkey"
CREATED_OR_NAMED = {"Fn::If": ["CreatesWorkerUser", {"Fn::GetAtt": ["WorkerUser", "Arn"]}, {"Ref": "Principal"}]}
PRINCIPAL_ARN = r"arn:aws[a-z-]*:iam::\d{12}:(root|(user|role)/[\w+=,.@/-]+)"
DEPLOY = (
    "aws cloudformation deploy --region us-east-1 --stack-name latchkey --template-file {file} "
    "--capabilities CAPABILITY_NAMED_IAM"
)


def as_yaml(catalog: Catalog, account: Account, principal: str | None) -> str:
    """Raises LatchkeyError as `latchkey iam` does."""
    head = [f"Made by latchkey iam --account {account.name} --format cloudformation. To create or update it:"]
    head += [f"  {DEPLOY.format(file='FILE')}", *_to_write(account)]
    return "".join(f"# {line}\n" for line in head) + to_yaml(template(catalog, account, principal))


def _to_write(account: Account) -> list[str]:
    """The catalog lines that are missing for what the template creates."""
    found = whole(account)
    keys = ("boundary_arn", *list(ROLES.values())[:3])
    lacking = [f'  {key} = "{getattr(found, key)}"' for key in keys if getattr(account, key) is None]
    return [f"Add to [accounts.{account.name}] of the catalog:", *lacking] if lacking else []


def template(catalog: Catalog, account: Account, principal: str | None) -> Template:
    """`principal` is the parameter's default. Raises LatchkeyError if it can't be the worker's."""
    if principal is not None:
        principal_of(account, principal)
    others = [] if account.external_id else [each for each in catalog.accounts.values() if each.external_id]
    made = portable_documents(catalog, whole(account), CREATED_OR_NAMED, others)
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"What Latchkey needs in the account {account.name} ({account.id}).",
        **_choices(account, principal, bool(session_roles(catalog, account))),
        "Resources": _resources(catalog, whole(account), made),
        "Outputs": _outputs(),
    }


def _choices(account: Account, principal: str | None, sessions: bool) -> Template:
    """Parameters and their conditions; none about sessions if the catalog has none."""
    parameters, conditions = parameters_of(account, principal), conditions_of()
    if not sessions:
        del parameters["SessionRoles"], conditions["CreatesSessionRoles"]
    return {"Parameters": parameters, "Conditions": conditions}


def parameters_of(account: Account, principal: str | None) -> dict[str, Any]:
    elsewhere = account.external_id is not None
    default = {"Default": principal or ""} if principal or not elsewhere else {}
    created = "" if elsewhere else f" If empty, the stack creates the user {WORKER_PATH}{WORKER_USER} for it."
    return {
        "Principal": {
            "Type": "String",
            "Description": f"ARN of the IAM user or role that the worker runs as.{created}",
            "AllowedPattern": PRINCIPAL_ARN if elsewhere else f"|{PRINCIPAL_ARN}",
            "ConstraintDescription": "must be the ARN of an IAM user or role, not of a session (assumed-role)",
            **default,
        },
        "ExternalId": {
            "Type": "String",
            "Description": "The account's external_id in the catalog; required if the worker runs in another account.",
            "AllowedPattern": r"|[\w+=,.@:/-]{2,1224}",
            "Default": account.external_id or "",
        },
        "Deleter": yes_or_no(
            account.deleter_role_arn is not None,
            "May Latchkey delete keys that it didn't create? Creates a role for it.",
        ),
        "SessionRoles": yes_or_no(
            True, "Create the roles of the catalog's sessions, without permissions? No if they already exist."
        ),
    }


def conditions_of() -> dict[str, Any]:
    account = {"Fn::Select": [4, {"Fn::Split": [":", {"Fn::Sub": "${Principal}:::::"}]}]}  # "" for no principal
    none = {"Fn::Equals": [{"Ref": "Principal"}, ""]}
    return {
        "CreatesWorkerUser": none,
        "WorkerIsHere": {"Fn::Or": [none, {"Fn::Equals": [account, {"Ref": "AWS::AccountId"}]}]},
        "HasExternalId": {"Fn::Not": [{"Fn::Equals": [{"Ref": "ExternalId"}, ""]}]},
        "CreatesDeleter": {"Fn::Equals": [{"Ref": "Deleter"}, "yes"]},
        "CreatesSessionRoles": {"Fn::Equals": [{"Ref": "SessionRoles"}, "yes"]},
    }


def _resources(catalog: Catalog, account: Account, made: dict[str, Document]) -> dict[str, Any]:
    user = resource("User", {"UserName": WORKER_USER, "Path": WORKER_PATH}, "CreatesWorkerUser")
    worker = {"Users": when("CreatesWorkerUser", [{"Ref": "WorkerUser"}])}
    sessions = enumerate(session_roles(catalog, account), start=1)
    return {
        "Boundary": policy(str(account.boundary_arn), made["Boundary"]),
        "WorkerUser": user,
        "WorkerPolicy": policy(iam_arn(account, "policy/latchkey/worker"), made["Worker"], worker, "WorkerIsHere"),
        **roles_of(account, made),
        **{
            f"SessionRole{number}": session_role(catalog, arn, made["SessionTrust"], "CreatesSessionRoles")
            for number, arn in sessions
        },
    }


def _outputs() -> dict[str, Any]:
    return {**role_outputs(), "WorkerPolicyArn": {"Condition": "WorkerIsHere", "Value": {"Ref": "WorkerPolicy"}}}
