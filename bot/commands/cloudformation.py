"""`latchkey iam --format cloudformation`: everything an account needs in IAM, as one CloudFormation template."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.aws.policies import Document, iam_arn
from bot.aws.roles import documents, session_roles
from bot.aws.trust import principal_of
from bot.commands.yaml_text import to_yaml
from bot.domain.catalog import Account, Catalog

Template = dict[str, Any]

ROLES = {
    "Reader": "reader_role_arn",
    "Issuer": "issuer_role_arn",
    "Responder": "responder_role_arn",
    "Deleter": "deleter_role_arn",
}
EXTERNAL_ID = "the-external-id-of-the-parameter"  # placeholders in the documents for the template's parameters
KNOWN = {"sts:ExternalId": EXTERNAL_ID}
EXTERNAL: dict[str, Any] = {"sts:ExternalId": {"Ref": "ExternalId"}}
WORKER_USER, WORKER_PATH = "latchkey", "/service/"
NO_VALUE = {"Ref": "AWS::NoValue"}
PRINCIPAL_ARN = r"arn:aws[a-z-]*:iam::\d{12}:(root|(user|role)/[\w+=,.@/-]+)"
# allowed values of a role's MaxSessionDuration (IAM User Guide)
SHORTEST, LONGEST = timedelta(hours=1), timedelta(hours=12)
DEPLOY = "aws cloudformation deploy --stack-name latchkey --template-file {file} --capabilities CAPABILITY_NAMED_IAM"


def as_yaml(catalog: Catalog, account: Account, principal: str | None) -> str:
    """Raises LatchkeyError as `latchkey iam` does."""
    head = [f"Made by latchkey iam --account {account.name} --format cloudformation. To create or update it:"]
    head += [f"  {DEPLOY.format(file='FILE')}", *_to_write(account)]
    return "".join(f"# {line}\n" for line in head) + to_yaml(template(catalog, account, principal))


def _to_write(account: Account) -> list[str]:
    """The catalog lines that are missing for what the template creates."""
    whole = _whole(account)
    keys = ("boundary_arn", *list(ROLES.values())[:3])
    lacking = [f'  {key} = "{getattr(whole, key)}"' for key in keys if getattr(account, key) is None]
    return [f"Add to [accounts.{account.name}] of the catalog:", *lacking] if lacking else []


def template(catalog: Catalog, account: Account, principal: str | None) -> Template:
    """`principal` is the parameter's default. Raises LatchkeyError if it can't be the worker's."""
    if principal is not None:
        principal_of(account, principal)
    whole, stand_in = _whole(account), iam_arn(account, f"user{WORKER_PATH}of-the-parameter-Principal")
    others = [] if account.external_id else [each for each in catalog.accounts.values() if each.external_id]
    known = replace(whole, external_id=EXTERNAL_ID)
    made = {name: _refer(each, stand_in) for name, each in documents(catalog, known, stand_in, others).items()}
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": f"What Latchkey needs in the account {account.name} ({account.id}).",
        **_choices(account, principal, bool(session_roles(catalog, account))),
        "Resources": _resources(catalog, whole, made),
        "Outputs": _outputs(),
    }


def _whole(account: Account) -> Account:
    """The account with default names for what the catalog doesn't name."""
    reader, issuer, responder, deleter = (iam_arn(account, f"role/latchkey-{name.lower()}") for name in ROLES)
    return replace(
        account,
        boundary_arn=account.boundary_arn or iam_arn(account, "policy/latchkey/boundary"),
        reader_role_arn=account.reader_role_arn or reader,
        issuer_role_arn=account.issuer_role_arn or issuer,
        responder_role_arn=account.responder_role_arn or responder,
        deleter_role_arn=account.deleter_role_arn or deleter,
    )


def _refer(value: Any, stand_in: str) -> Any:
    """The document with references to the parameters; without an external id it has no condition on one."""
    if value == stand_in:
        return {"Fn::If": ["CreatesWorkerUser", {"Fn::GetAtt": ["WorkerUser", "Arn"]}, {"Ref": "Principal"}]}
    if isinstance(value, dict):
        if KNOWN in (value, value.get("StringEquals")) and len(value) == 1:  # a whole condition, or all of its operator
            return _if("HasExternalId", {key: EXTERNAL.get(key) or EXTERNAL for key in value})
        return {key: _refer(each, stand_in) for key, each in value.items()}
    return [_refer(each, stand_in) for each in value] if isinstance(value, list) else value


def _if(condition: str, value: Any) -> dict[str, Any]:
    return {"Fn::If": [condition, value, NO_VALUE]}


def _choices(account: Account, principal: str | None, sessions: bool) -> Template:
    """Parameters and their conditions; none about sessions if the catalog has none."""
    parameters, conditions = _parameters(account, principal), _conditions()
    if not sessions:
        del parameters["SessionRoles"], conditions["CreatesSessionRoles"]
    return {"Parameters": parameters, "Conditions": conditions}


def _parameters(account: Account, principal: str | None) -> dict[str, Any]:
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
        "Deleter": _yes_or_no(
            account.deleter_role_arn is not None,
            "May Latchkey delete keys that it didn't create? Creates a role for it.",
        ),
        "SessionRoles": _yes_or_no(
            True, "Create the roles of the catalog's sessions, without permissions? No if they already exist."
        ),
    }


def _yes_or_no(default: bool, what: str) -> dict[str, Any]:
    return {
        "Type": "String", "Description": what, "AllowedValues": ["yes", "no"], "Default": "yes" if default else "no"
    }  # fmt: skip


def _conditions() -> dict[str, Any]:
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
    user = _resource("User", {"UserName": WORKER_USER, "Path": WORKER_PATH}, "CreatesWorkerUser")
    worker = {"Users": _if("CreatesWorkerUser", [{"Ref": "WorkerUser"}])}
    found = {
        "Boundary": _policy(str(account.boundary_arn), made["Boundary"]),
        "WorkerUser": user,
        "WorkerPolicy": _policy(iam_arn(account, "policy/latchkey/worker"), made["Worker"], worker, "WorkerIsHere"),
    }
    for name, key in ROLES.items():
        rights = {"Policies": [{"PolicyName": "rights", "PolicyDocument": made[name]}]}
        found[f"{name}Role"] = _role(
            getattr(account, key), made["Trust"], rights, "CreatesDeleter" if name == "Deleter" else None
        )
    for number, arn in enumerate(session_roles(catalog, account), start=1):
        lasts = {"MaxSessionDuration": _longest(catalog, arn)}
        found[f"SessionRole{number}"] = _role(arn, made["SessionTrust"], lasts, "CreatesSessionRoles")
    return found


def _longest(catalog: Catalog, role: str) -> int:
    """Seconds, from the longest entitlement for this role."""
    asked = [each.max_duration for each in catalog.entitlements.values() if each.role_arn == role]
    return int(min(max(*asked, SHORTEST), LONGEST).total_seconds())


def _role(arn: str, trust: Document, more: dict[str, Any], condition: str | None) -> dict[str, Any]:
    path, name = _path_and_name(arn)
    return _resource("Role", {"RoleName": name, "Path": path, "AssumeRolePolicyDocument": trust, **more}, condition)


def _policy(
    arn: str, text: Document, more: dict[str, Any] | None = None, condition: str | None = None
) -> dict[str, Any]:
    path, name = _path_and_name(arn)
    told = {"ManagedPolicyName": name, "Path": path, "PolicyDocument": text, **(more or {})}
    return _resource("ManagedPolicy", told, condition)


def _path_and_name(arn: str) -> tuple[str, str]:
    path, _, name = arn.partition("/")[2].rpartition("/")
    return (f"/{path}/" if path else "/"), name


def _resource(kind: str, properties: dict[str, Any], condition: str | None) -> dict[str, Any]:
    held = {"Condition": condition} if condition else {}
    return {"Type": f"AWS::IAM::{kind}", **held, "Properties": properties}


def _outputs() -> dict[str, Any]:
    roles = {f"{name}RoleArn": {"Value": {"Fn::GetAtt": [f"{name}Role", "Arn"]}} for name in ROLES}
    roles["DeleterRoleArn"]["Condition"] = "CreatesDeleter"  # type: ignore[assignment]
    policy = {"Condition": "WorkerIsHere", "Value": {"Ref": "WorkerPolicy"}}
    return {"BoundaryArn": {"Value": {"Ref": "Boundary"}}, "WorkerPolicyArn": policy, **roles}
