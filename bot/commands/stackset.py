"""`latchkey iam --format stackset`: one template for every account except the worker's own.

It names no account, so a StackSet also prepares accounts that the catalog doesn't have yet. Where the catalog offers
something in an account, that account's documents replace the common ones, in the same resources.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from bot.aws.roles import session_roles
from bot.aws.trust import principal_of
from bot.commands.cloudformation import Template, conditions_of, parameters_of
from bot.commands.template_resources import (
    ROLES,
    policy,
    portable_documents,
    role_outputs,
    roles_of,
    session_role,
    when,
    whole,
)
from bot.commands.yaml_text import to_yaml
from bot.domain.catalog import Account, Catalog
from bot.domain.hygiene.organization import common_external_id
from bot.domain.ids import AccountName

BODY_MOST = 51_200  # bytes of --template-body; a longer template is uploaded to S3 (CloudFormation quotas)
EXTERNAL_ID = r"[\w+=,.@:/-]{2,1224}"
PRINCIPAL = {"Ref": "Principal"}
HEAD = """\
Made by latchkey iam --format stackset, for a StackSet over the accounts of an organization, in one region.
The guide has the steps: Deployment, A whole organization. When the catalog changes, print it again and update the set.
"""


def as_yaml(catalog: Catalog, principal: str | None) -> str:
    """Raises LatchkeyError if the principal can't be the worker's, or a policy is longer than IAM allows."""
    text = to_yaml(template(catalog, principal))
    apart = [each.name for each in _members(catalog) if not _has_usual_names(each)]
    head = [*HEAD.splitlines(), *(f"Not for [accounts.{name}], which names other roles or policies." for name in apart)]
    if len(text.encode()) > BODY_MOST:
        head.append(f"It has more than {BODY_MOST} bytes: upload it to S3, and pass --template-url.")
    return "".join(f"# {line}\n" for line in head) + text


def template(catalog: Catalog, principal: str | None) -> Template:
    """`principal` is the parameter's default."""
    common = _common(catalog)
    if principal is not None:
        principal_of(common, principal)
    made = _documents(catalog, common)
    usual = {each.id: _documents(catalog, each) for each in _members(catalog) if _has_usual_names(each)}
    theirs = {id_: each for id_, each in usual.items() if each != made}
    special = [each for each in _members(catalog) if each.id in theirs]
    for name in made:
        made[name] = _chosen(made[name], {id_: each[name] for id_, each in theirs.items()})
    sessions = _session_roles(catalog, special, theirs)
    parameters, conditions = _choices(catalog, principal, special, sessions=bool(sessions))
    return {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "What Latchkey needs in an account other than the worker's own.",
        "Parameters": parameters,
        "Conditions": conditions,
        "Resources": {
            "Boundary": policy(str(whole(common).boundary_arn), made["Boundary"]),
            **roles_of(whole(common), made),
            **sessions,
        },
        "Outputs": role_outputs(),
    }


def _common(catalog: Catalog) -> Account:
    """An account in which the catalog offers nothing: none there has this name."""
    partition = next((each.partition for each in catalog.accounts.values()), "aws")
    return Account(AccountName(""), "0" * 12, external_id="of the parameter", partition=partition)


def _members(catalog: Catalog) -> list[Account]:
    return [each for each in catalog.accounts.values() if each.external_id]


def _has_usual_names(account: Account) -> bool:
    """Whether its roles and boundary are those that this template creates."""
    usual = whole(Account(account.name, account.id, partition=account.partition))
    return whole(account) == replace(account, **{key: getattr(usual, key) for key in ("boundary_arn", *ROLES.values())})


def _documents(catalog: Catalog, account: Account) -> dict[str, Any]:
    """Those that its resources have. The worker's names the session roles too, so it counts as a difference."""
    return portable_documents(catalog, whole(account), PRINCIPAL)


def _chosen(common: Any, theirs: Mapping[str, Any]) -> Any:
    """The document of the account that the stack is created in."""
    for id_, document in theirs.items():
        if document != common:
            common = when(_in(id_), document, common)
    return common


def _in(id_: str) -> str:
    """The condition that the stack is created in this account."""
    return f"In{id_}"


def _session_roles(catalog: Catalog, special: Iterable[Account], theirs: Mapping[str, Any]) -> dict[str, Any]:
    return {
        f"SessionRole{each.id}x{number}": session_role(
            catalog, arn, theirs[each.id]["SessionTrust"], f"{_in(each.id)}WithSessions"
        )
        for each in special
        for number, arn in enumerate(session_roles(catalog, each), start=1)
    }


def _choices(
    catalog: Catalog, principal: str | None, special: Iterable[Account], *, sessions: bool
) -> tuple[dict[str, Any], dict[str, Any]]:
    """Parameters and conditions. The worker and its external id are always named: it runs in another account."""
    parameters, conditions = parameters_of(_common(catalog), principal), conditions_of()
    known = common_external_id(catalog)
    parameters["ExternalId"] = {
        "Type": "String",
        "Description": "The external_id of these accounts in the catalog.",
        "AllowedPattern": EXTERNAL_ID,
        **({"Default": known} if known else {}),
    }
    conditions = {name: conditions[name] for name in ("HasExternalId", "CreatesDeleter", "CreatesSessionRoles")}
    for each in special:
        conditions[_in(each.id)] = {"Fn::Equals": [{"Ref": "AWS::AccountId"}, each.id]}
        if session_roles(catalog, each):
            both = [{"Condition": _in(each.id)}, {"Condition": "CreatesSessionRoles"}]
            conditions[f"{_in(each.id)}WithSessions"] = {"Fn::And": both}
    if not sessions:
        del parameters["SessionRoles"], conditions["CreatesSessionRoles"]
    return parameters, conditions
