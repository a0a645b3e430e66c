"""Rules of the catalog that approve a request on their own, and the pure function that asks one of them.

A rule approves; it never declines. What it doesn't allow is an ordinary request for the approvers.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, time, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from bot.domain.ids import EntitlementId, SlackUserId

MIDNIGHT = time(0)
ACTOR = "rule:"  # followed by the rule's number: who approved, in the audit log and in the tags of AWS


def rule_actor(number: int) -> str:
    return f"{ACTOR}{number}"


@dataclass(frozen=True, slots=True)
class Quota:
    """At most `most` requests of one requester in any span of `per`."""

    most: int
    per: timedelta


@dataclass(frozen=True, slots=True)
class Hours:
    """Weekdays (Monday is 0) and the local time of day, from `begin` until just before `end`; 0:00 ends at midnight."""

    days: frozenset[int]
    begin: time
    end: time

    def include(self, local: datetime) -> bool:
        at = local.time()
        return local.weekday() in self.days and self.begin <= at and (at < self.end or self.end == MIDNIGHT)


@dataclass(frozen=True, slots=True)
class AutoApprove:
    number: int  # its position in the catalog, counted from 1
    entitlements: tuple[EntitlementId, ...]
    people: tuple[SlackUserId, ...] = ()
    usergroups: tuple[str, ...] = ()
    max_duration: timedelta | None = None  # None: as long as the entitlement allows
    quota: Quota | None = None
    hours: Hours | None = None
    time_zone: str = "UTC"  # of `hours`

    @property
    def actor(self) -> str:
        return rule_actor(self.number)

    @property
    def for_everybody(self) -> bool:
        return not self.people and not self.usergroups

    def is_for(self, person: SlackUserId, members: Mapping[str, frozenset[SlackUserId]]) -> bool:
        """`members` by user group; a group that couldn't be read has none."""
        return (
            self.for_everybody
            or person in self.people
            or any(person in members.get(each, frozenset()) for each in self.usergroups)
        )


class Outside(StrEnum):
    """Why a rule doesn't approve a request."""

    ENTITLEMENT = "entitlement"
    REQUESTER = "requester"
    DURATION = "duration"
    HOURS = "hours"
    QUOTA = "quota"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a rule decides on. `members` are those of the rules' user groups, as far as Slack says."""

    entitlement: EntitlementId
    parties: frozenset[SlackUserId]  # the requester and the owner: the rule must be for both
    duration: timedelta
    made_at: datetime
    members: Mapping[str, frozenset[SlackUserId]] = field(default_factory=dict)


def outside(rule: AutoApprove, asked: Asked, *, approved: int = 0) -> Outside | None:
    """None if the rule approves it. `approved` counts its requester's earlier ones within the quota's span."""
    if asked.entitlement not in rule.entitlements:
        return Outside.ENTITLEMENT
    if not all(rule.is_for(each, asked.members) for each in asked.parties):
        return Outside.REQUESTER
    if rule.max_duration is not None and asked.duration > rule.max_duration:
        return Outside.DURATION
    if rule.hours is not None and not rule.hours.include(asked.made_at.astimezone(ZoneInfo(rule.time_zone))):
        return Outside.HOURS
    if rule.quota is not None and approved >= rule.quota.most:
        return Outside.QUOTA
    return None


def about(rules: Iterable[AutoApprove], entitlement: EntitlementId) -> Iterator[AutoApprove]:
    """The rules that name this entitlement, in the catalog's order: the first that allows a request approves it."""
    return (each for each in rules if entitlement in each.entitlements)
