"""The roles of an account as printed by `latchkey iam`, without any permission that the code doesn't use."""

from collections.abc import Iterable

from bot.aws import revoked_sessions, worker_policy
from bot.aws.devices import OURS
from bot.aws.policies import (
    DENY_ALL,
    MANAGED_CHARACTERS,
    QUARANTINE,
    Document,
    aws_policy,
    boundary,
    boundary_too_long,
    document,
    iam_arn,
    inline_size,
    keys_in,
)
from bot.aws.role_actions import CUTS, READS, TEAR_DOWN
from bot.aws.trust import principal_of, session_trust, trust
from bot.domain.catalog import Account, Catalog, Kind
from bot.domain.errors import LatchkeyError
from bot.domain.ids import AccountName


def reader(account: Account) -> Document:
    return document(
        {"Sid": "Inventory", "Effect": "Allow", "Action": READS, "Resource": "*"},
        {"Sid": "Usage", "Effect": "Allow", "Action": "cloudtrail:LookupEvents", "Resource": "*"}
        if account.usage
        else None,
    )


def issuer(catalog: Catalog, account: Account) -> Document:
    """Without a boundary_arn it can't create users or keys, but can still tear down earlier ones."""
    users = iam_arn(account, "user/latchkey/*")
    makes = _makes(catalog, account, users) if account.boundary_arn else ()
    ends = ["iam:UpdateAccessKey", *TEAR_DOWN]
    return document(
        *makes,
        {"Sid": "TearDown", "Effect": "Allow", "Action": sorted(ends), "Resource": users},
        {
            "Sid": "VirtualDevices",
            "Effect": "Allow",
            "Action": "iam:DeleteVirtualMFADevice",
            "Resource": iam_arn(account, f"{OURS}*"),
        },
    )


def _makes(catalog: Catalog, account: Account, users: str) -> tuple[Document | None, ...]:
    bounded = {"StringEquals": {"iam:PermissionsBoundary": account.boundary_arn}}
    arns = sorted({arn for each in keys_in(catalog, account) for arn in each.policy_arns})
    codes = any(each.mfa for each in keys_in(catalog, account))
    devices = iam_arn(account, f"{OURS}*")
    return (
        {
            "Sid": "UsersUnderTheBoundary",
            "Effect": "Allow",
            "Action": ["iam:CreateUser", "iam:PutUserPermissionsBoundary", "iam:PutUserPolicy"],
            "Resource": users,
            "Condition": bounded,
        },
        {
            "Sid": "AttachWhatTheCatalogNames",
            "Effect": "Allow",
            "Action": "iam:AttachUserPolicy",
            "Resource": users,
            "Condition": {**bounded, "ArnEquals": {"iam:PolicyARN": arns}},
        }
        if arns
        else None,
        {"Sid": "EnableDevices", "Effect": "Allow", "Action": "iam:EnableMFADevice", "Resource": users}
        if codes
        else None,
        {"Sid": "MakeDevices", "Effect": "Allow", "Action": "iam:CreateVirtualMFADevice", "Resource": devices}
        if codes
        else None,
        {"Sid": "Keys", "Effect": "Allow", "Action": ["iam:CreateAccessKey", "iam:TagUser"], "Resource": users},
        {
            "Sid": "Boundary",
            "Effect": "Allow",
            "Action": ["iam:GetPolicy", "iam:GetPolicyVersion"],
            "Resource": account.boundary_arn,
        },
    )


def responder(catalog: Catalog, account: Account, principal: str) -> Document:
    users, deny_all = iam_arn(account, "user/*"), aws_policy(account, DENY_ALL)
    own = sorted(_itself(account, principal))
    return document(
        {"Sid": "SwitchOff", "Effect": "Allow", "Action": "iam:UpdateAccessKey", "Resource": users},
        {
            "Sid": "Quarantine",
            "Effect": "Allow",
            "Action": "iam:AttachUserPolicy",
            "Resource": users,
            "Condition": {"ArnEquals": {"iam:PolicyARN": [deny_all, aws_policy(account, QUARANTINE)]}},
        },
        {
            "Sid": "LetGo",
            "Effect": "Allow",
            "Action": "iam:DetachUserPolicy",
            "Resource": users,
            "Condition": {"ArnEquals": {"iam:PolicyARN": deny_all}},
        },
        _revoke_sessions(catalog, account),
        {"Sid": "NeverLatchkeyItself", "Effect": "Deny", "Action": CUTS, "Resource": own},
    )


def session_roles(catalog: Catalog, account: Account) -> list[str]:
    """The roles that this account's session entitlements assume."""
    mine = (each for each in catalog.entitlements.values() if each.account == account.name)
    return sorted({each.role_arn for each in mine if each.kind is Kind.SESSION and each.role_arn})


def _revoke_sessions(catalog: Catalog, account: Account) -> Document | None:
    """IAM can't limit PutRolePolicy to one policy's name, nor to Denies."""
    roles = session_roles(catalog, account)
    if not account.revoke_sessions or not roles:
        return None
    return {"Sid": "RevokeSessions", "Effect": "Allow", "Action": list(revoked_sessions.CALLS), "Resource": roles}


def _itself(account: Account, principal: str) -> set[str]:
    """Users that Latchkey itself may run as."""
    return {iam_arn(account, "user/service/*"), *([principal] if ":user/" in principal else [])}


def deleter(account: Account, principal: str) -> Document:
    """Granted separately or not at all, because deleting can't be undone."""
    return document(
        {
            "Sid": "DeleteAdoptedKeys",
            "Effect": "Allow",
            "Action": ["iam:DeleteAccessKey", "iam:ListAccessKeys"],
            "Resource": iam_arn(account, "user/*"),
        },
        {
            "Sid": "NeverLatchkeysOwn",
            "Effect": "Deny",
            "Action": "iam:DeleteAccessKey",
            "Resource": sorted({iam_arn(account, "user/latchkey/*"), *_itself(account, principal)}),
        },
    )


def worker(catalog: Catalog, account: Account, principal: str, others: Iterable[Account] = ()) -> Document:
    """AssumeRole on the roles of the account and of `others`; without roles, the roles' own permissions."""
    assumed = {role for each in (account, *others) for role in _assumed(catalog, each)}
    return worker_policy.of(account, assumed, [] if account.issuer_role_arn else _own(catalog, account, principal))


def _assumed(catalog: Catalog, account: Account) -> list[str]:
    roles = [account.reader_role_arn, account.issuer_role_arn, account.responder_role_arn, account.deleter_role_arn]
    return [each for each in (*roles, *session_roles(catalog, account)) if each]


def _own(catalog: Catalog, account: Account, principal: str) -> list[Document]:
    parts = (reader(account), issuer(catalog, account), responder(catalog, account, principal))
    return [statement for each in parts for statement in each["Statement"]]


def iam_documents(catalog: Catalog, account: str | None, principal: str | None) -> dict[str, Document]:
    """The output of `latchkey iam` for one account (by default the first one).

    Raises LatchkeyError if the principal can't be the worker's, or a policy is longer than IAM allows.
    """
    found = named_account(catalog, account)
    return documents(catalog, found, principal_of(found, principal))


def named_account(catalog: Catalog, name: str | None) -> Account:
    """The account of this name, by default the first one."""
    return catalog.accounts[AccountName(name)] if name else next(iter(catalog.accounts.values()))


def documents(
    catalog: Catalog, account: Account, principal: str, others: Iterable[Account] = ()
) -> dict[str, Document]:
    """Every policy document of an account, for JSON and CloudFormation. Raises LatchkeyError as above."""
    if principal in session_roles(catalog, account):
        raise LatchkeyError(
            f"an entitlement of [accounts.{account.name}] gives people sessions of {principal}, which the worker "
            "itself runs as; name a role that is made for people"
        )
    made = {
        "Worker": worker(catalog, account, principal, others),
        "Reader": reader(account),
        "Issuer": issuer(catalog, account),
        "Responder": responder(catalog, account, principal),
        "Deleter": deleter(account, principal),
        "Boundary": boundary(catalog, account),
        "Trust": trust(account, principal),
        "SessionTrust": session_trust(account, principal),
    }
    if said := boundary_too_long(catalog, account):
        raise LatchkeyError(said)
    for name, size in ((name, inline_size(each)) for name, each in made.items()):
        if size > MANAGED_CHARACTERS:
            raise LatchkeyError(
                f"the policy {name} of the account {account.name} has {size} characters, but IAM allows "
                f"{MANAGED_CHARACTERS}; name fewer policy_arns, or fewer roles for sessions"
            )
    return made
