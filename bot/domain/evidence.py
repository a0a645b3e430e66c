"""What was observed about a key and its IAM user, how each rule measures it, and how it is shown as evidence.

A measure is a time span, or True or False for a rule without a threshold. None means unknown.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.finding import LastUsed
from bot.domain.schedule import ENDING_STAGES

MEANT = 2  # AWS's quota of keys for each user; concurrent creates can exceed it


@dataclass(frozen=True, slots=True)
class Seen:
    """Observations about one key and its user, or about a user as a whole, at one time. None means unknown."""

    now: datetime
    active: bool | None = None
    created_at: datetime | None = None
    used: LastUsed | None = None
    lease_until: datetime | None = None
    younger_made_at: datetime | None = None  # of the newest other active key, if it is newer than this one
    second_made_at: datetime | None = None  # of the user: when its second active key was created
    active_keys: int | None = None  # of the user
    keys: int | None = None  # of the user, active or not
    owner_left: bool | None = None
    owned: bool | None = None
    doubt: str | None = None  # an owner tag that matches no one
    root: bool = False
    password: bool | None = None  # console password
    mfa: bool | None = None
    quarantined: bool | None = None
    session_instead: str | None = None  # the entitlement that the catalog offers instead of this key
    unknown_user: bool | None = None  # under /latchkey/, but without an active grant
    unknown_key: bool | None = None  # on a grant's own user for an hour, and not in the ledger
    stranger: bool | None = None  # on a grant's own user, and not in the ledger


Measure = timedelta | bool | None


# --- measures -----------------------------------------------------------------------------------------------------


def age(seen: Seen) -> Measure:
    """Age of an active key whose last use is known; without that, nothing is reported about a key."""
    if seen.active is False:
        return False
    known = seen.active is not None and seen.created_at is not None and seen.used is not None
    return seen.now - seen.created_at if known and seen.created_at else None


def unused_age(seen: Seen) -> Measure:
    return False if seen.used is not None and seen.used.at is not None else age(seen)


def idle(seen: Seen) -> Measure:
    if seen.active is False or (seen.used is not None and seen.used.at is None):
        return False
    return seen.now - seen.used.at if seen.active and seen.used is not None and seen.used.at else None


def two_active_for(seen: Seen) -> Measure:
    """How long two keys were active. A rotation needs two for a while."""
    if seen.active_keys is None or seen.active_keys < MEANT:
        return None if seen.active_keys is None else False
    return seen.now - seen.second_made_at if seen.second_made_at else None


def used_beside_younger(seen: Seen) -> Measure:
    """How long the old key was used after its successor was created."""
    if seen.active is False:
        return False
    if seen.active is None or seen.used is None:
        return None
    if seen.younger_made_at is None or seen.used.at is None:
        return False
    return max(seen.used.at - seen.younger_made_at, timedelta(0))


def into_the_last_stage(seen: Seen) -> Measure:
    """How far we are into the first expiry stage; negative if it hasn't begun."""
    if seen.lease_until is None:
        return None
    left = seen.lease_until - seen.now
    return ENDING_STAGES[0] - left if left > timedelta(0) else False


def replaceable_for(seen: Seen) -> Measure:
    return False if seen.session_instead is None else age(seen)


def without_mfa(seen: Seen) -> Measure:
    if seen.password is False or seen.mfa is True:
        return False
    return None if seen.password is None or seen.mfa is None else True


# --- evidence -----------------------------------------------------------------------------------------------------


def _days(span: timedelta | None) -> str:
    return "an unknown time" if span is None else f"{span.days} day{'' if span.days == 1 else 's'}"


def life(seen: Seen) -> str:
    """When the key was created, and its last use as AWS reported it."""
    made = f"made {seen.created_at:%d %B %Y}" if seen.created_at else "made at an unknown time"
    if seen.used is None:
        return f"{made}, last use unknown"
    if seen.used.at is None:
        return f"{made}, never used"
    where = f" by {seen.used.service} in {seen.used.region}" if seen.used.service and seen.used.region else ""
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
