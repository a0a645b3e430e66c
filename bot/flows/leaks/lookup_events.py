"""One reading of CloudTrail for a leaked key: in each region that matters, and for what was made with it."""

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from bot.domain.catalog import Account
from bot.domain.errors import AwsError
from bot.domain.ids import AccessKeyId
from bot.domain.leaks.activity import BEFORE, Activity, credentials_of, summarize, unknown
from bot.domain.leaks.incident import Incident
from bot.domain.leaks.trail_changes import makes_credential
from bot.domain.usage.key_usage import Event, TrailUnread, Unread, home_region
from bot.flows.context import AwsContext
from bot.flows.keys import trail

LONGEST = timedelta(seconds=25)  # nothing more is asked then
HOME_PAGES, PAGES = 20, 4  # of 50 events; home has IAM's and STS's calls
REGIONS_MOST = 6
FOLLOWED_MOST, FOLLOWED_REGIONS = 4, 2  # sessions and keys that it made, and in how many regions they are looked up
BURIED = (
    *("CreateUser", "CreateAccessKey", "CreateLoginProfile", "CreateRole", "AttachUserPolicy", "PutUserPolicy"),
    *("UpdateAccessKey", "UpdateLoginProfile", "UpdateAssumeRolePolicy", "AttachRolePolicy", "CreatePolicyVersion"),
)
"""Looked up by name where a key made so many calls that not all are read, because these must not be missed."""
REGION = re.compile(r"[a-z]{2,4}(-[a-z]{2,12}){1,3}-\d{1,2}", re.ASCII)


def read(context: AwsContext, account: Account, incident: Incident, before: Activity | None) -> Activity:
    """One reading. In a region that doesn't answer, what happened is unknown."""
    now, since = context.clock.now(), incident.opened_at - BEFORE
    if not account.usage:
        return unknown(since, now, Unread.TURNED_OFF, incident.opened_at)
    reading = _Reading(context, account, since, now)
    regions = _regions(context, account, incident.access_key_id, before)
    for each in regions:
        reading.read_region(incident.access_key_id, each, HOME_PAGES if each == regions[0] else PAGES)
    reading.follow(incident.access_key_id, before, regions[:FOLLOWED_REGIONS])
    if not reading.complete:
        reading.dig(regions[0])
    if not reading.answered:
        return unknown(since, now, reading.why or Unread.FAILED, incident.opened_at)
    return summarize(
        reading.events,
        since=since,
        read_at=now,
        complete=reading.complete,
        reported_at=incident.opened_at,
        looked_in=tuple(dict.fromkeys(reading.answered)),
        missed=tuple(dict.fromkeys(reading.missed)),
    )


@dataclass
class _Reading:
    """The calls of one reading, of which none may take the reader away from other keys for long."""

    context: AwsContext
    account: Account
    since: datetime
    began: datetime
    events: list[Event] = field(default_factory=list)
    answered: list[str] = field(default_factory=list)
    missed: list[str] = field(default_factory=list)
    keys: set[AccessKeyId] = field(default_factory=set)  # the leaked one, and what it made
    complete: bool = True
    why: Unread | None = None  # of the first region that didn't answer

    def read_region(self, key: AccessKeyId, region: str, pages: int) -> None:
        try:
            if self.context.clock.now() - self.began > LONGEST:
                raise TrailUnread(Unread.THROTTLED)
            found, whole = trail.events(self.context, self.account, key, region, self.since, pages)
        except TrailUnread as error:
            self.missed.append(region)
            self.why = self.why or error.why
            return
        self.events += found
        self.answered.append(region)
        self.complete = self.complete and whole

    def follow(self, key: AccessKeyId, before: Activity | None, regions: Iterable[str]) -> None:
        """Sessions and keys that it made are known by their own ids; one can make the next. The newest ones first."""
        known = credentials_of(before) if before else []
        self.keys |= {key, *known}
        followed: set[AccessKeyId] = {key}
        while len(followed) <= FOLLOWED_MOST:
            waiting = [each for each in (*self._made(), *known) if each not in followed]
            if not waiting:
                break
            followed.add(waiting[0])
            for each in regions:
                self.read_region(waiting[0], each, PAGES)
        self.keys |= {*self._made()}
        self.complete = self.complete and followed >= self.keys

    def dig(self, home: str) -> None:
        """A flood of other calls, made on purpose, hides none of these. What can't be read stays incomplete."""
        known = {*self.events}
        for call in BURIED:
            if self.context.clock.now() - self.began > LONGEST:
                return
            try:
                found, _ = trail.named(self.context, self.account, call, home, self.since, 1)
            except TrailUnread:
                return
            self.events += [each for each in found if each.by in self.keys and each not in known]

    def _made(self) -> list[AccessKeyId]:
        made = [each for each in self.events if makes_credential(each)]
        return [each.key for each in sorted(made, key=lambda each: each.at, reverse=True) if each.key]


def _regions(context: AwsContext, account: Account, key: AccessKeyId, before: Activity | None) -> list[str]:
    """Home first: IAM's and STS's calls are there. Then that of its last use, and where it was seen lately."""
    with context.work.begin() as tx:
        usage = tx.usages.of(account.name, [key]).get(key)
    seen = [*(before.regions if before else ()), *(usage.regions if usage else ())]
    found = [home_region(account), _last_used(context, account, key), *(each.name for each in seen)]
    return list(dict.fromkeys(each for each in found if each and REGION.fullmatch(each)))[:REGIONS_MOST]


def _last_used(context: AwsContext, account: Account, key: AccessKeyId) -> str | None:
    """As AWS says it now, because whoever has the key may have moved on; else as the ledger knows it."""
    try:
        asked = context.iam.last_used(account, key).region if key.startswith("AKIA") else None
    except AwsError:
        asked = None
    return asked or trail.region_of(context, account, key)
