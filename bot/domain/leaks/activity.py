"""What a leaked key and the sessions made with it did, from their CloudTrail events: changes first.

The key may be in the hands of somebody who knows that this is read. So whatever is listed is bounded, and calls that
matter come before others, whatever their number.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.ids import AccessKeyId
from bot.domain.leaks.offspring import Made, MadeKind, first, made_by
from bot.domain.leaks.trail_changes import SECRETS, Change, call_of, change, is_change, is_denied, makes_session
from bot.domain.usage.key_usage import NETWORKS_MOST, SERVICE, Count, Event, Unread, counted
from bot.domain.usage.network import network_of
from bot.domain.usage.user_agent import read

BEFORE = timedelta(hours=24)  # of the report
LATE = timedelta(minutes=15)  # how late CloudTrail can show a call (its user guide: "within an average of about 5")
CHANGES_MOST, SESSIONS_MOST = 20, 10
READINGS = (
    *(timedelta(seconds=each) for each in (10, 60)),
    *(timedelta(minutes=each) for each in (5, 10, 15, 20, 30, 45, 60, 90)),
    *(timedelta(hours=each) for each in (2, 3, 4, 6, 9, 12, 18, 24)),
)
"""When CloudTrail is read again after containment: with each check, while calls still come in late, and for a day."""


@dataclass(frozen=True, slots=True)
class Session:
    """Temporary credentials that the key or one of its sessions asked for."""

    at: datetime
    call: str  # "sts:AssumeRole"
    role: str | None = None  # its ARN
    key: AccessKeyId | None = None  # ASIA…; None: the event doesn't say
    by: AccessKeyId | None = None


@dataclass(frozen=True, slots=True)
class Activity:
    """Everything that one message shows. `unread` set: what happened after `read_at` is unknown."""

    since: datetime
    read_at: datetime
    unread: Unread | None = None
    complete: bool = True  # False: only the newest events were read, or not every region answered
    reported_at: datetime | None = None
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    calls: int = 0
    after: int = 0  # of these calls, made after the report
    denied: int = 0  # of these calls, refused for lack of rights
    changes: tuple[Change, ...] = ()  # grave ones first, newest first; at most 20
    changed: int = 0  # all of them
    sessions: tuple[Session, ...] = ()  # newest first
    made: tuple[Made, ...] = ()  # oldest first
    secrets: tuple[Count, ...] = ()  # that were read, by name
    services: tuple[Count, ...] = ()  # by prefix, like "s3"
    networks: tuple[Count, ...] = ()  # CIDR, as in usage
    tools: tuple[Count, ...] = ()
    regions: tuple[Count, ...] = ()
    refused: tuple[Count, ...] = ()  # calls that AWS denied, like "iam:CreateUser"
    roles: tuple[Count, ...] = ()  # ARNs of roles that were assumed
    looked_in: tuple[str, ...] = ()  # regions that answered
    missed: tuple[str, ...] = ()  # regions that didn't

    @property
    def silent(self) -> bool:
        """Read, but no event: that isn't the same as no use."""
        return self.unread is None and self.calls == 0


def summarize(
    events: Iterable[Event],
    *,
    since: datetime,
    read_at: datetime,
    complete: bool,
    reported_at: datetime | None = None,
    looked_in: Sequence[str] = (),
    missed: Sequence[str] = (),
) -> Activity:
    """An event before `since` is left out; one of the future counts as one of now, because clocks differ."""
    found = [replace(each, at=min(each.at, read_at)) for each in events if each.at >= since]
    found.sort(key=lambda each: each.at, reverse=True)
    changes = [change(each) for each in found if is_change(each)]
    sessions = [each for each in found if makes_session(each) and each.error is None]
    denied = [each for each in found if is_denied(each)]
    return Activity(
        since,
        read_at,
        complete=complete and not missed,
        reported_at=reported_at,
        first_seen=found[-1].at if found else None,
        last_seen=found[0].at if found else None,
        calls=len(found),
        after=sum(reported_at is not None and each.at > reported_at for each in found),
        denied=len(denied),
        changes=_ranked(changes),
        changed=len(changes),
        sessions=tuple(Session(each.at, call_of(each), each.assumed_role, each.key, each.by) for each in sessions)[
            :SESSIONS_MOST
        ],
        made=made_by(changes),
        secrets=counted(each.target for each in found if call_of(each) in SECRETS and each.error is None),
        services=counted(each.source.removesuffix(SERVICE) for each in found),
        networks=counted((network_of(each.address) for each in found), NETWORKS_MOST),
        tools=counted(read(each.user_agent, each.address).name for each in found),
        regions=counted(each.region for each in found),
        refused=counted(call_of(each) for each in denied),
        roles=counted(each.assumed_role for each in sessions),
        looked_in=tuple(looked_in),
        missed=tuple(missed),
    )


def unknown(since: datetime, at: datetime, why: Unread, reported_at: datetime | None = None) -> Activity:
    """Nothing could be read."""
    return Activity(since, at, why, complete=False, reported_at=reported_at)


def merge(before: Activity | None, now: Activity) -> Activity:
    """Keep what an earlier reading saw: a flood of later calls could push it out of the pages that are read.

    A reading that failed changes nothing but `unread`.
    """
    if before is None or (before.unread is not None and before.calls == 0):
        return now
    if now.unread is not None:
        return replace(before, unread=now.unread)
    changes = dict.fromkeys((*now.changes, *before.changes))
    sessions = sorted(dict.fromkeys((*now.sessions, *before.sessions)), key=lambda each: each.at, reverse=True)
    return replace(
        now,
        changes=_ranked(list(changes)),
        changed=max(now.changed, before.changed, len(changes)),
        sessions=tuple(sessions[:SESSIONS_MOST]),
        made=first(dict.fromkeys((*before.made, *now.made))),
        secrets=_union(now.secrets, before.secrets),
        roles=_union(now.roles, before.roles),
        calls=max(now.calls, before.calls),
        after=max(now.after, before.after),
        first_seen=min((each for each in (now.first_seen, before.first_seen) if each), default=None),
        last_seen=max((each for each in (now.last_seen, before.last_seen) if each), default=None),
    )


def next_reading(start: datetime, now: datetime) -> datetime | None:
    """`start` is when the key was contained, or reported if it isn't yet. None: a day has passed."""
    return next((start + each for each in READINGS if start + each > now), None)


def credentials_of(activity: Activity) -> list[AccessKeyId]:
    """Sessions and keys that were made with it, the newest first."""
    sessions = [(each.at, each.key) for each in activity.sessions if each.key]
    keys = [(each.at, AccessKeyId(each.name)) for each in activity.made if each.kind is MadeKind.KEY]
    return [key for _, key in sorted((*sessions, *keys), reverse=True)]


def news(before: Activity | None, now: Activity) -> tuple[Made, ...]:
    """What this reading found that the earlier one didn't have."""
    known = {(each.kind, each.name, each.on) for each in before.made} if before else set()
    return tuple(each for each in now.made if (each.kind, each.name, each.on) not in known)


def assumed(activity: Activity) -> tuple[str, ...]:
    """ARNs of the roles whose sessions may still work, most used first."""
    return tuple(each.name for each in activity.roles)


def _ranked(changes: list[Change]) -> tuple[Change, ...]:
    return tuple(sorted(changes, key=lambda each: (not each.grave, -each.at.timestamp()))[:CHANGES_MOST])


def _union(now: Sequence[Count], before: Sequence[Count]) -> tuple[Count, ...]:
    known = {each.name for each in now}
    return (*now, *(each for each in before if each.name not in known))[:CHANGES_MOST]
