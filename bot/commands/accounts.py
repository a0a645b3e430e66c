"""`latchkey accounts`: the organization's accounts beside the catalog's, and TOML for those that it lacks."""

import sys

from bot.aws import organization
from bot.aws.accounts import BRIEF, Accounts
from bot.aws.doctor import CREDENTIALS, NOT_A_URL
from bot.commands import accounts_output
from bot.domain.catalog import Catalog
from bot.domain.errors import LatchkeyError, Unreadable
from bot.domain.hygiene.organization import Organization, compare

FAULT = 1
DENIED = frozenset({"AccessDeniedException", "AccessDenied"})
RIGHTS = (
    "AWS lists an organization's accounts to its management account and to those that it delegated this to; run the "
    "worker in one of them, with the policy Worker of `latchkey iam` (guide: Deployment, A whole organization)"
)
NONE = "the worker's account is in no organization; write each account into the catalog by hand"


class NotListed(LatchkeyError):
    """The organization can't be listed: one sentence says why, and what to do."""


def show(catalog: Catalog, *, as_json: bool) -> int:
    """Returns 0 if the organization was listed, also if accounts are missing; 1 if it wasn't, with the reason."""
    try:
        found = _organization(Accounts(patient=BRIEF))
    except NotListed as wrong:
        print(f"latchkey: {wrong}", file=sys.stderr)
        return FAULT
    compared = compare(found, catalog)
    if as_json:
        accounts_output.as_json(found, compared, catalog)
    else:
        accounts_output.as_toml(found, compared, catalog)
    return 0


def _organization(accounts: Accounts) -> Organization:
    try:
        found = organization.read(accounts)
    except ValueError:  # botocore's error for an endpoint that isn't a URL
        raise NotListed(NOT_A_URL) from None
    except Unreadable as unread:
        raise NotListed(_why(unread)) from None
    if found is None:
        raise NotListed(NONE)
    return found


def _why(unread: Unreadable) -> str:
    if unread.code in CREDENTIALS:
        return CREDENTIALS[unread.code]
    if unread.code in DENIED:
        return f"AWS refused {unread.call}: {RIGHTS}"
    if unread.call == "GetCallerIdentity":
        return f"AWS rejects the worker's credentials ({unread.code}); set a valid key, or use a role"
    return f"{unread.call} failed ({unread.code or 'no answer'}); try again in a minute"
