"""What was observed about a key and its IAM user, and how each rule measures it.

A measure is a time span, or True or False for a rule without a threshold. None means unknown.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.hygiene.service_credential import BEDROCK, ServiceCredential
from bot.domain.schedule import ENDING_STAGES
from bot.domain.usage.last_used import LastUsed

MEANT = 2  # AWS's quota of keys for each user; concurrent creates can exceed it
NETWORKS_MOST, PEOPLE_MOST = 2, 1  # within one day, of a key that one person uses


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
    day_networks: int | None = None  # most networks within one day, by CloudTrail
    day_people: int | None = None  # most people's tools within one day, by CloudTrail
    foreign_accounts: tuple[str, ...] | None = None  # ids of other accounts whose roles were assumed with the key
    power: tuple[str, ...] | None = None  # policies that let the user grant permissions
    unused_services: tuple[str, ...] | None = None  # allowed by the entitlement, never used by the grant
    service: ServiceCredential | None = None


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


def more_than_two(seen: Seen) -> Measure:
    return None if seen.keys is None else seen.keys > MEANT


def without_owner(seen: Seen) -> Measure:
    return None if seen.owned is None or seen.keys is None else not seen.owned and seen.keys > 0


def of_root(seen: Seen) -> Measure:
    if not seen.root:
        return False
    return None if seen.active_keys is None else seen.active_keys > 0


def shared(seen: Seen) -> Measure:
    """More networks or people within a day than one person needs. What wasn't read is unknown, not zero."""
    if seen.active is False:
        return False
    if (seen.day_networks or 0) > NETWORKS_MOST or (seen.day_people or 0) > PEOPLE_MOST:
        return True
    return None if seen.day_networks is None or seen.day_people is None else False


def crosses_accounts(seen: Seen) -> Measure:
    if seen.active is False:
        return False
    return None if seen.foreign_accounts is None else bool(seen.foreign_accounts)


def can_grant(seen: Seen) -> Measure:
    """Whether an active key's user can grant permissions."""
    if seen.active is False:
        return False
    return None if seen.active is None or seen.power is None else bool(seen.power)


def console_and_key(seen: Seen) -> Measure:
    if seen.root or seen.password is False or seen.active_keys == 0:
        return False
    return None if seen.password is None or seen.active_keys is None else True


def leaves_unused(seen: Seen) -> Measure:
    return None if seen.unused_services is None else bool(seen.unused_services)


def bedrock_life(seen: Seen) -> Measure:
    """How long a Bedrock key is valid in all."""
    found = seen.service
    if found is None or found.service != BEDROCK:
        return None if found is None else False
    if not (works := found.works(seen.now)):
        return works
    if found.expires_at is None:
        return True
    return found.expires_at - found.created_at if found.created_at else None


def service_age(seen: Seen) -> Measure:
    """Age of a credential for another service than Bedrock."""
    found = seen.service
    if found is None or found.service == BEDROCK:
        return None if found is None else False
    if not (works := found.works(seen.now)):
        return works
    return seen.now - found.created_at if found.created_at else None
