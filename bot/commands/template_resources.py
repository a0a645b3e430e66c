"""Parts of the CloudFormation templates: an account's documents without its number, and resources made of them."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from bot.aws.policies import Document, iam_arn
from bot.aws.roles import documents
from bot.domain.catalog import Account, Catalog

ROLES = {
    "Reader": "reader_role_arn",
    "Issuer": "issuer_role_arn",
    "Responder": "responder_role_arn",
    "Deleter": "deleter_role_arn",
}
EXTERNAL_ID = "the-external-id-of-the-parameter"  # placeholders in the documents for the template's parameters
KNOWN = {"sts:ExternalId": EXTERNAL_ID}
EXTERNAL: dict[str, Any] = {"sts:ExternalId": {"Ref": "ExternalId"}}
WORKER_PATH = "/service/"
NO_VALUE = {"Ref": "AWS::NoValue"}
# allowed values of a role's MaxSessionDuration (IAM User Guide)
SHORTEST, LONGEST = timedelta(hours=1), timedelta(hours=12)


def whole(account: Account) -> Account:
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


def portable_documents(
    catalog: Catalog, account: Account, principal: Any, others: Iterable[Account] = ()
) -> dict[str, Any]:
    """The account's documents with references instead of the worker's ARN, the external id, and the account itself."""
    stand_in = iam_arn(account, f"user{WORKER_PATH}of-the-parameter-Principal")
    made = documents(catalog, replace(account, external_id=EXTERNAL_ID), stand_in, others)
    return {name: _portable(_refer(each, stand_in, principal), account) for name, each in made.items()}


def _refer(value: Any, stand_in: str, principal: Any) -> Any:
    """The document with references to the parameters; without an external id it has no condition on one."""
    if value == stand_in:
        return principal
    if isinstance(value, dict):
        if KNOWN in (value, value.get("StringEquals")) and len(value) == 1:  # a whole condition, or all of its operator
            return when("HasExternalId", {key: EXTERNAL.get(key) or EXTERNAL for key in value})
        return {key: _refer(each, stand_in, principal) for key, each in value.items()}
    return [_refer(each, stand_in, principal) for each in value] if isinstance(value, list) else value


def _portable(value: Any, account: Account) -> Any:
    """ARNs in the account that the stack is created in, so that one template is for many accounts."""
    if isinstance(value, dict):
        return {key: _portable(each, account) for key, each in value.items()}
    if isinstance(value, list):
        return [_portable(each, account) for each in value]
    if not isinstance(value, str) or f":{account.id}:" not in value:
        return value
    text = value.replace("${", "${!").replace(f":{account.id}:", ":${AWS::AccountId}:")
    return {"Fn::Sub": text.replace(f"arn:{account.partition}:", "arn:${AWS::Partition}:")}


def when(condition: str, value: Any, otherwise: Any = NO_VALUE) -> dict[str, Any]:
    return {"Fn::If": [condition, value, otherwise]}


def roles_of(account: Account, made: dict[str, Any]) -> dict[str, Any]:
    """The roles that the worker assumes; `made` has the documents by name."""
    found: dict[str, Any] = {}
    for name, key in ROLES.items():
        rights = {"Policies": [{"PolicyName": "rights", "PolicyDocument": made[name]}]}
        found[f"{name}Role"] = role(
            getattr(account, key), made["Trust"], rights, "CreatesDeleter" if name == "Deleter" else None
        )
    return found


def session_role(catalog: Catalog, arn: str, trust: Document, condition: str) -> dict[str, Any]:
    """It lasts as long as the longest entitlement for it, within what IAM allows."""
    asked = [each.max_duration for each in catalog.entitlements.values() if each.role_arn == arn]
    seconds = int(min(max(*asked, SHORTEST), LONGEST).total_seconds())
    return role(arn, trust, {"MaxSessionDuration": seconds}, condition)


def role(arn: str, trust: Document, more: dict[str, Any], condition: str | None) -> dict[str, Any]:
    path, name = _path_and_name(arn)
    return resource("Role", {"RoleName": name, "Path": path, "AssumeRolePolicyDocument": trust, **more}, condition)


def policy(
    arn: str, text: Document, more: dict[str, Any] | None = None, condition: str | None = None
) -> dict[str, Any]:
    path, name = _path_and_name(arn)
    told = {"ManagedPolicyName": name, "Path": path, "PolicyDocument": text, **(more or {})}
    return resource("ManagedPolicy", told, condition)


def _path_and_name(arn: str) -> tuple[str, str]:
    path, _, name = arn.partition("/")[2].rpartition("/")
    return (f"/{path}/" if path else "/"), name


def resource(kind: str, properties: dict[str, Any], condition: str | None) -> dict[str, Any]:
    held = {"Condition": condition} if condition else {}
    return {"Type": f"AWS::IAM::{kind}", **held, "Properties": properties}


def role_outputs() -> dict[str, Any]:
    roles = {f"{name}RoleArn": {"Value": {"Fn::GetAtt": [f"{name}Role", "Arn"]}} for name in ROLES}
    roles["DeleterRoleArn"]["Condition"] = "CreatesDeleter"  # type: ignore[assignment]
    return {"BoundaryArn": {"Value": {"Ref": "Boundary"}}, **roles}


def yes_or_no(default: bool, what: str) -> dict[str, Any]:
    return {
        "Type": "String", "Description": what, "AllowedValues": ["yes", "no"], "Default": "yes" if default else "no"
    }  # fmt: skip
