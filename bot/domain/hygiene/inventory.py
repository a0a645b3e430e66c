"""What inventory stores of an account: its IAM users and their keys, including those that Latchkey didn't issue."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from bot.domain.hygiene.credential_report import ROOT, Line, Slot
from bot.domain.hygiene.evidence import Seen
from bot.domain.ids import AccessKeyId, AccountName, CredentialId, SlackUserId
from bot.domain.ownership.owner import Ownership, Source
from bot.domain.ownership.owner_tags import PERSON
from bot.domain.usage.last_used import LastUsed

MINTED_WITHIN = timedelta(hours=1)
QUARANTINE = re.compile(r"AWSCompromisedKeyQuarantine(V\d+)?")


@dataclass(frozen=True, slots=True)
class UserSeen:
    """A user as returned by GetAccountAuthorizationDetails."""

    name: str
    arn: str
    created_at: datetime
    tags: Mapping[str, str]
    policies: tuple[str, ...]  # names of attached policies
    power: tuple[str, ...] | None = None  # which policies let it grant permissions; None: unknown
    allowed: Mapping[str, Any] | None = None  # replacement.allowed.Allowed, as stored
    runs_latchkey: bool = False  # the worker's own credentials belong to this user


@dataclass(frozen=True, slots=True)
class FoundUser:
    account: AccountName
    name: str
    arn: str
    created_at: datetime
    seen_at: datetime
    owner: str | None  # a Slack user id, or subteam-S…
    tags: Mapping[str, str]
    password: bool | None  # console password; None: unknown
    mfa: bool | None
    quarantined: bool | None
    gone_at: datetime | None = None
    owner_by: Source | None = None
    member_at: datetime | None = None  # when Slack last had the owner as a full member
    doubt: str | None = None  # an owner tag that matches no one
    allowed: Mapping[str, Any] | None = None  # replacement.allowed.Allowed, as stored; None: not read yet

    @property
    def person(self) -> SlackUserId | None:
        """The owner, if it is a single person."""
        return SlackUserId(self.owner) if self.owner and PERSON.fullmatch(self.owner) else None

    @property
    def ownership(self) -> Ownership:
        return Ownership(self.owner, self.owner_by, self.member_at, doubt=self.doubt)


@dataclass(frozen=True, slots=True)
class FoundKey:
    """A key identified by its user and creation time. AWS's report has no key ids; they are looked up when needed."""

    id: str
    account: AccountName
    user: str
    slot: int | None  # 1 or 2; None: not covered by the report
    created_at: datetime  # whole seconds
    active: bool
    first_seen_at: datetime
    seen_at: datetime
    access_key_id: AccessKeyId | None = None
    credential: CredentialId | None = None  # set if Latchkey issued it
    used_known: bool = False
    used_at: datetime | None = None
    used_service: str | None = None
    used_region: str | None = None
    unclear: str | None = None  # why its access key id is ambiguous
    gone_at: datetime | None = None

    @property
    def used(self) -> LastUsed | None:
        return LastUsed(self.used_at, self.used_service, self.used_region) if self.used_known else None

    def with_use(self, used: LastUsed | None) -> "FoundKey":
        if used is None:
            return replace(self, used_known=False, used_at=None, used_service=None, used_region=None)
        return replace(self, used_known=True, used_at=used.at, used_service=used.service, used_region=used.region)


@dataclass(frozen=True, slots=True)
class Named:
    """A key identified in the ledger: its access key id, and the credential if Latchkey issued it."""

    access_key_id: AccessKeyId
    created_at: datetime
    credential: CredentialId | None = None


def found_user(account: AccountName, seen: UserSeen, line: Line | None, whose: Ownership, now: datetime) -> FoundUser:
    return FoundUser(
        account,
        seen.name,
        seen.arn,
        seen.created_at,
        now,
        whose.owner,
        dict(seen.tags),
        line.password if line else None,
        line.mfa if line else None,
        any(QUARANTINE.fullmatch(each) for each in seen.policies),
        owner_by=whose.by,
        member_at=whose.member_at,
        doubt=whose.doubt,
        allowed=seen.allowed,
    )


def quarantined_keys(keys: Iterable[FoundKey], seen_at: datetime) -> tuple[AccessKeyId, ...]:
    """Those that leaked, as far as AWS says: active, and there when its policy was first seen on their user."""
    there = (each.access_key_id for each in keys if each.active and each.created_at <= seen_at)
    return tuple(each for each in there if each is not None)


def match(
    account: AccountName,
    line: Line,
    known: Sequence[FoundKey],
    named: Sequence[Named],
    now: datetime,
    fresh: Callable[[], str],
) -> tuple[FoundKey, ...]:
    """Match the report's slots with the ledger's keys by creation time to the second.

    Unmatched slots get a fresh id.
    """
    return tuple(_name(_key(account, line, slot, known, now, fresh), line, named) for slot in line.slots)


def _key(
    account: AccountName, line: Line, slot: Slot, known: Sequence[FoundKey], now: datetime, fresh: Callable[[], str]
) -> FoundKey:
    made = whole(slot.made_at)
    same = [each for each in known if each.created_at == made and each.slot is not None]
    if _twins(line, made):  # created in the same second: only the slots differ, and a slot has no key id
        same = [replace(each, access_key_id=None) for each in same if each.slot == slot.number]
    found = same[0] if same else FoundKey(fresh(), account, line.user, slot.number, made, slot.active, now, now)
    return replace(found, slot=slot.number, active=slot.active, seen_at=now, unclear=None).with_use(slot.used)


def _name(key: FoundKey, line: Line, named: Sequence[Named]) -> FoundKey:
    """Match a key with what Latchkey issued, if exactly one fits."""
    fits = [each for each in named if whole(each.created_at) == key.created_at]
    if key.access_key_id is not None or len(fits) != 1 or _twins(line, key.created_at):
        return key
    return replace(key, access_key_id=fits[0].access_key_id, credential=fits[0].credential)


def _twins(line: Line, made: datetime) -> bool:
    return sum(whole(each.made_at) == made for each in line.slots) > 1


def whole(moment: datetime) -> datetime:
    """Truncate to whole seconds, as the report does."""
    return moment.replace(microsecond=0)


# --- observations for the rules -----------------------------------------------------------------------------------


def seen_of_key(
    key: FoundKey,
    keys: Sequence[FoundKey],
    now: datetime,
    *,
    granted: bool = False,
    power: tuple[str, ...] | None = None,
) -> Seen:
    """`granted`: on the IAM user of an active grant. A key without a credential there is unknown."""
    others = [each.created_at for each in keys if each.id != key.id and each.active]
    younger = max((each for each in others if each > key.created_at), default=None)
    minted = now - key.created_at < MINTED_WITHIN  # recovery of a lost mint may still resolve it
    unknown = granted and (None if minted or key.unclear else True)
    return Seen(
        now,
        active=key.active,
        created_at=key.created_at,
        used=key.used,
        younger_made_at=younger,
        unknown_key=unknown,
        power=power,
    )


def seen_of_user(
    user: FoundUser,
    keys: Sequence[FoundKey],
    now: datetime,
    whose: Ownership,
    *,
    runs_latchkey: bool = False,
    unknown: bool = False,
) -> Seen:
    """Observations about a user. A grant's own user has an owner, and its keys have their own deadlines.

    The user that the worker runs as has no owner.
    """
    root, own = user.name == ROOT, any(each.credential for each in keys)
    active = sorted(each.created_at for each in keys if each.active)
    return Seen(
        now,
        created_at=user.created_at,
        unknown_user=unknown,
        active_keys=None if own else len(active),
        second_made_at=active[1] if len(active) > 1 else None,
        keys=len(keys),
        owner_left=False if own or runs_latchkey else whose.left,
        owned=None if root else own or runs_latchkey or whose.owned,
        doubt=whose.doubt,
        root=root,
        password=user.password,
        mfa=user.mfa,
        quarantined=user.quarantined,
    )
