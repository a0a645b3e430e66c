"""What the worker itself may do: assume roles, list the organization, and in an account without roles act there."""

import re
from collections.abc import Collection, Iterable

from bot.aws.policies import MANAGED_CHARACTERS, Document, document, inline_size
from bot.domain.catalog import Account

ACCOUNT_IN = re.compile(r"::\d{12}:")  # of an ARN
LISTS = {
    "Sid": "ListTheOrganization",
    "Effect": "Allow",
    "Action": ["organizations:DescribeOrganization", "organizations:ListAccounts"],
    "Resource": "*",
}
"""AWS answers only the management account and those that it delegated this to, whatever a policy says."""


def of(account: Account, roles: Collection[str], own: Iterable[Document]) -> Document:
    """`account` is the worker's. Roles of more accounts than fit are named in any account; each has to trust it too."""
    found = document(_assume(roles) if roles else None, *own, LISTS)
    if inline_size(found) <= MANAGED_CHARACTERS:
        return found
    anywhere = {role if f":{account.id}:" in role else ACCOUNT_IN.sub("::*:", role) for role in roles}
    return document(_assume(anywhere), *own, LISTS)


def _assume(roles: Iterable[str]) -> Document:
    actions = ["sts:AssumeRole", "sts:SetSourceIdentity"]
    return {"Sid": "AssumeItsRoles", "Effect": "Allow", "Action": actions, "Resource": sorted(roles)}
