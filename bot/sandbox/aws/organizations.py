"""AWS Organizations: an organisation seeded into moto, with AWS's pages and its refusals for a member account.

Source: the Organizations API reference. Only the management account may list; every member may describe.
"""

import json
from dataclasses import dataclass

from moto.organizations.models import organizations_backends

from bot.sandbox.aws.principals import Directory
from bot.sandbox.aws.wire import Answer, Message, Refusal, json_answer

PAGE = 20  # accounts, at most and by default
NOT_IN_USE = Refusal("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.", 400)
# As AWS shows a suspended account in Status and, since 2025, in State.
STATES = {"ACTIVE": "ACTIVE", "PENDING_CLOSURE": "PENDING_CLOSURE", "SUSPENDED": "CLOSED"}


@dataclass(frozen=True, slots=True)
class Member:
    id: str
    name: str
    status: str = "ACTIVE"  # or "SUSPENDED", "PENDING_CLOSURE"

    @property
    def email(self) -> str:
        return f"aws+{self.name}@example.com"


def seed(directory: Directory, members: tuple[Member, ...], management: str = "") -> None:
    """`management` is the id of the management account; by default it is the stand-in's own."""
    own = management or directory.account
    backend = organizations_backends[own]["aws"]
    backend.create_organization(directory.region, FeatureSet="ALL")
    backend.accounts.clear()
    for each in members:
        backend.create_account(AccountName=each.name, Email=each.email)
        account = backend.accounts[-1]
        organizations_backends.master_accounts.pop(account.id, None)
        account.id, account.status, account.state = each.id, each.status, STATES[each.status]
        account.joined_method = "INVITED" if each.id == own else "CREATED"
        if each.id != own:
            organizations_backends.master_accounts[each.id] = (own, "aws")


def forget() -> None:
    """moto's own reset keeps whose member each account is."""
    organizations_backends.master_accounts.clear()


def answer(action: str, message: Message, directory: Directory) -> Answer | None:
    """None passes the call to moto."""
    if action not in ("ListAccounts", "DescribeOrganization"):
        return None
    backend = organizations_backends[directory.account]["aws"]
    if backend.org is None and directory.account not in organizations_backends.master_accounts:
        raise NOT_IN_USE
    if action == "DescribeOrganization":
        return None
    if backend.org is None:
        raise Refusal("AccessDenied", "You don't have permissions to access this resource.")
    params = json.loads(message.body or b"{}")
    start, most = _start(params.get("NextToken")), int(params.get("MaxResults", PAGE))
    if not 1 <= most <= PAGE:
        raise Refusal("InvalidInputException", f"MaxResults must be between 1 and {PAGE}.", 400)
    rows = [each.describe() for each in backend.accounts]
    body = {"Accounts": rows[start : start + most]}
    more = {"NextToken": f"token-{start + most}"} if len(rows) > start + most else {}
    return json_answer(body | more)


def _start(token: str | None) -> int:
    if token is None:
        return 0
    number = token.removeprefix("token-")
    if token == number or not number.isdecimal():
        raise Refusal("InvalidInputException", "INVALID_NEXT_TOKEN: the token is not valid.", 400)
    return int(number)
