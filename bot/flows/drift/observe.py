"""Observe: what AWS has for one active grant, compared with the ledger. Unreadable means unknown."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.catalog import Account
from bot.domain.credential import Credential
from bot.domain.drift.difference import DifferenceKind
from bot.domain.drift.observe import Shape, Sighting, UserSeen, at_rest, renamed, see_keys, see_user, stands
from bot.domain.errors import AwsError, Unreadable
from bot.domain.grant import Grant
from bot.domain.ids import AccessKeyId, EntitlementId
from bot.flows.context import AwsContext
from bot.ports import Transaction


@dataclass(frozen=True, slots=True)
class Run:
    """One run. `versions`: what the catalog has put on users, by entitlement."""

    context: AwsContext
    versions: Mapping[EntitlementId, tuple[Shape, ...]]


@dataclass(frozen=True, slots=True)
class Entry:
    """A grant in the ledger with nothing in progress."""

    grant: Grant
    rows: tuple[Credential, ...]


def sightings(run: Run, account: Account, each: Entry, users: Mapping[str, UserSeen]) -> tuple[Sighting, ...]:
    """What AWS shows now. Raises Unreadable, also if AWS's two answers don't agree."""
    user = users.get(each.grant.iam_user)
    keys = run.context.iam.keys_of(account, each.grant.iam_user)
    if (user is None) is not (keys is None):
        raise Unreadable("ListAccessKeys", "NotTheSame")
    listed = {key.id for key in keys or ()}
    if name := _renamed(run, account, each, listed):
        return (renamed(name),)
    if user is None or keys is None:
        return (Sighting(DifferenceKind.USER_GONE),) if any(stands(row) for row in each.rows) else ()
    found = [*see_keys(each.rows, {key.id: key.active for key in keys})]
    if known := _versions(run, each.grant):
        found += see_user(each.grant, user, known)
    made = {key.id: key.created_at for key in keys}
    return tuple(_with_use(run, account, one, made) for one in found)


def _renamed(run: Run, account: Account, each: Entry, listed: Collection[AccessKeyId]) -> str | None:
    """A key that this user doesn't have counts as gone only if AWS has it under no other user. Raises Unreadable."""
    own = each.grant.iam_user
    for key in (row.access_key_id for row in each.rows if stands(row)):
        if key is not None and key not in listed:
            name = run.context.iam.holder_of(account, key, own)
            if name == own:
                raise Unreadable("GetAccessKeyLastUsed", "NotTheSame")
            if name is not None:
                return name
    return None


def _versions(run: Run, grant: Grant) -> tuple[Shape, ...]:
    """If the catalog no longer offers the entitlement, only its keys are compared."""
    offered = run.context.catalog.entitlements.get(grant.entitlement)
    return run.versions.get(grant.entitlement, ()) if offered and offered.account == grant.account else ()


def _with_use(run: Run, account: Account, seen: Sighting, made: Mapping[AccessKeyId, datetime]) -> Sighting:
    """Add the age and last use of a key that Latchkey didn't create. Unknown where unread."""
    if seen.kind is not DifferenceKind.FOREIGN_KEY:
        return seen
    key = AccessKeyId(seen.about)
    facts = {**seen.facts, "made": made[key].isoformat()}
    try:
        used = run.context.iam.last_used(account, key)
    except AwsError:
        return replace(seen, facts=facts)
    read = {"used": used.at.isoformat() if used.at else "", "service": used.service or "", "region": used.region or ""}
    return replace(seen, facts=facts | read)


def as_it_was(tx: Transaction, each: Entry, now: datetime) -> Grant | None:
    """Lock the grant. None if something was done since, because then what AWS showed proves nothing."""
    fresh = tx.grants.lock(each.grant.id)
    if fresh is None or tx.credentials.of(fresh.id) != each.rows or not at_rest(fresh, each.rows, now):
        return None
    if any(tx.calls.on(row.id) for row in each.rows):  # what AWS shows may be the effect of Latchkey's own call
        return None
    return fresh if fresh.lease_until == each.grant.lease_until else None
