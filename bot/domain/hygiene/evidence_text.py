"""What was observed about a key or its IAM user, as words: stored with the finding, and shown to its owner.

Names from outside are cut, and their count is bounded.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain.hygiene.evidence import NETWORKS_MOST, PEOPLE_MOST, Seen
from bot.domain.policies import admin_power

LISTED_MOST = 3  # accounts or services


def _days(span: timedelta | None) -> str:
    return "an unknown time" if span is None else f"{span.days} day{'' if span.days == 1 else 's'}"


def life(seen: Seen) -> str:
    """When the key was created, and its last use as AWS reported it."""
    made = f"made {seen.created_at:%d %B %Y}" if seen.created_at else "made at an unknown time"
    if seen.used is None:
        return f"{made}, last use unknown"
    if seen.used.at is None:
        return f"{made}, never used"
    where = f" with {seen.used.service} in {seen.used.region}" if seen.used.service and seen.used.region else ""
    return f"{made}, last used {seen.used.at:%d %B %Y}{where}"


def beside(seen: Seen) -> str:
    younger = f"{seen.younger_made_at:%d %B %Y}" if seen.younger_made_at else "an unknown day"
    return f"{life(seen)}; its successor was made {younger}"


def two(seen: Seen) -> str:
    return f"{seen.active_keys} active keys, the second since {_days(_span(seen.second_made_at, seen.now))}"


def nobodys(seen: Seen) -> str:
    """Evidence that a key has no owner, including a tag that matches no one."""
    return f"{seen.keys} key{'' if seen.keys == 1 else 's'}, and {seen.doubt or 'no owner tag'}"


def made_with_keys(seen: Seen) -> str:
    made = f"made {seen.created_at:%d %B %Y}" if seen.created_at else "made at an unknown time"
    return f"{made}, {seen.keys} key{'' if seen.keys == 1 else 's'}"


def _span(since: datetime | None, now: datetime) -> timedelta | None:
    return now - since if since else None


def ends(seen: Seen) -> str:
    return f"the lease ends {seen.lease_until:%d %B %Y}" if seen.lease_until else "the lease has no end date yet"


def instead(seen: Seen) -> str:
    return f"{life(seen)}; {seen.session_instead} offers a session with the same permissions"


def more_than_two(seen: Seen) -> str:
    return f"{seen.keys} keys; AWS allows a user two"


def of_root(seen: Seen) -> str:
    return f"the root user has {seen.active_keys} active access key{'' if seen.active_keys == 1 else 's'}"


def left(_: Seen) -> str:
    return "its owner has left the workspace"


def no_mfa(_: Seen) -> str:
    return "a console password and no MFA device"


def quarantined(_: Seen) -> str:
    return "AWS attached AWSCompromisedKeyQuarantine: it found a key of this user in public"


def shared(seen: Seen) -> str:
    networks, people = seen.day_networks or 0, seen.day_people or 0
    by = [f"from {networks} networks"] if networks > NETWORKS_MOST else []
    by += [f"with {people} people's tools"] if people > PEOPLE_MOST else []
    return f"used {' and '.join(by)} within one day"


def crosses_accounts(seen: Seen) -> str:
    accounts = seen.foreign_accounts or ()
    return f"assumed roles of account{'' if len(accounts) == 1 else 's'} {_listed(accounts)}"


def can_grant(seen: Seen) -> str:
    return admin_power.listed(seen.power or ())


def console_and_key(seen: Seen) -> str:
    return f"a console password and {seen.active_keys} active access key{'' if seen.active_keys == 1 else 's'}"


def leaves_unused(seen: Seen) -> str:
    return f"allowed and never used: {_listed(seen.unused_services or ())}"


def of_service(seen: Seen) -> str:
    found = seen.service
    if found is None:
        return "unknown"
    made = f"made {found.created_at:%d %B %Y}" if found.created_at else "made at an unknown time"
    ends = f"expires {found.expires_at:%d %B %Y}" if found.expires_at else "never expires"
    return f"for {found.service_name}, {made}, {ends}; AWS doesn't say when it was used"


def _listed(names: Sequence[str]) -> str:
    more = len(names) - LISTED_MOST
    return ", ".join(names[:LISTED_MOST]) + (f" and {more} more" if more > 0 else "")
