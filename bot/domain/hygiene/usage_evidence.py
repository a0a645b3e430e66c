"""What the digest of a key's CloudTrail events says to the finding rules.

What wasn't read is unknown: a silent key, and what the newest pages of a busy one don't show.
"""

from collections.abc import Sequence
from dataclasses import replace
from fnmatch import fnmatchcase

from bot.domain.catalog import Account
from bot.domain.hygiene.evidence import NETWORKS_MOST, PEOPLE_MOST, Seen
from bot.domain.usage.key_usage import Usage


def with_usage(seen: Seen, usage: Usage | None, account: Account, may_assume: Sequence[str] = ()) -> Seen:
    """`may_assume`: the roles that the key's entitlement names, as patterns."""
    if usage is None or usage.silent or not usage.known:
        return seen
    assumed = (each.name for each in usage.roles)
    foreign = {_account_of(each) for each in assumed if not any(fnmatchcase(each, role) for role in may_assume)}
    accounts = tuple(sorted(foreign - {"", account.id}))
    networks, people = usage.day_networks, usage.day_people
    return replace(
        seen,
        day_networks=networks if usage.complete or networks > NETWORKS_MOST else None,
        day_people=people if usage.complete or people > PEOPLE_MOST else None,
        foreign_accounts=accounts if usage.complete or accounts else None,
    )


def _account_of(arn: str) -> str:
    return arn.split(":")[4] if arn.count(":") > 4 else ""
