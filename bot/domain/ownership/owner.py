"""Who owns an IAM user and its keys: from tags, from the ledger, or by email address where the account allows it.

A tag counts if Slack has the person it names as a full member. A decision made in Slack overrides the tags that existed
then, until those change. If Slack doesn't answer, nothing changes.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Protocol

from bot.domain.ids import AccountName, SlackUserId
from bot.domain.schedule import ENDING_STAGES

PERSON = re.compile(r"[UW][A-Z0-9]{2,30}", re.ASCII)
GROUP = re.compile(r"subteam[-^](S[A-Z0-9]{2,30})", re.ASCII)
ADDRESS = re.compile(r"[^@\s<>]{1,64}@[^@\s<>.]+(?:\.[^@\s<>.]+)+")
ADDRESS_MOST = 254
SLACK, OWNER, EMAIL, OWN = "slack", "owner", "email", "latchkey:owner"  # IAM tag keys are case-insensitive
NAMING = (SLACK, OWNER, EMAIL, OWN)

COUNTDOWN = ENDING_STAGES[0]  # from the day on which Slack no longer had the owner
COUNTDOWN_STAGES = (*ENDING_STAGES, timedelta(0))  # notices this long before the end of the countdown, and at its end


class Source(StrEnum):
    """How we know the owner."""

    TAG = "tag"
    SAID = "said"  # decided in Slack: a confirmed claim, or "Not mine"
    ADDRESS = "email"


class Presence(StrEnum):
    """Whether an owner is currently a full member, or a user group with members."""

    HERE = "here"
    AWAY = "away"
    UNKNOWN = "unknown"  # Slack doesn't answer
    UNASKED = "unasked"  # no Slack is configured


@dataclass(frozen=True, slots=True)
class Word:
    """A decision made in Slack about an IAM user. Without an owner, the user is ownerless."""

    account: AccountName
    iam_user: str
    created_at: datetime  # of the IAM user: a later user with the same name is another one
    owner: str | None
    over: str  # the tags that the decision overrides
    by: SlackUserId
    at: datetime


class ClaimState(StrEnum):
    OPEN = "open"  # approvers confirm or decline; for an offer, the person it names
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    OVER = "over"  # the key got another owner, or is gone


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim ("this is mine") for approvers to confirm, or an offer ("this is yours") for the person it names."""

    id: str
    account: AccountName
    iam_user: str
    claimant: SlackUserId  # the proposed owner
    asked_by: SlackUserId  # the claimant; for an offer, the person who made it
    former: str | None  # the owner at the time
    said: str  # the key id or name that was typed, or the reason for the offer
    made_at: datetime
    state: ClaimState = ClaimState.OPEN
    decided_by: SlackUserId | None = None
    decided_at: datetime | None = None

    @property
    def is_offer(self) -> bool:
        return self.asked_by != self.claimant


@dataclass(frozen=True, slots=True)
class Leaver:
    """An owner whom Slack no longer has as a full member."""

    id: str
    owner: str
    left_at: datetime  # when that was seen
    told_stage: timedelta | None = None
    back_at: datetime | None = None

    def stage(self, now: datetime) -> timedelta:
        """The latest stage of the countdown that has begun."""
        left = self.left_at + COUNTDOWN - now
        return min((each for each in COUNTDOWN_STAGES if left <= each), default=COUNTDOWN)


@dataclass(frozen=True, slots=True)
class Ownership:
    """`member_at` is when Slack last had the owner as a full member. `left` is None if Slack doesn't answer."""

    owner: str | None
    by: Source | None = None
    member_at: datetime | None = None
    known: bool = True  # False: it is unknown whether there is an owner
    left: bool | None = False
    doubt: str | None = None  # an owner tag that matches no one

    @property
    def owned(self) -> bool | None:
        return True if self.owner else (False if self.known else None)


class Asked(Protocol):
    """Slack's answers about people and addresses."""

    def presence(self, owner: str) -> Presence: ...
    def match(self, name: str, tags: Mapping[str, str]) -> tuple[SlackUserId | None, bool]:
        """The person with one of the user's addresses, and whether Slack answered about all of them."""
        ...


def resolve(
    name: str, tags: Mapping[str, str], word: Word | None, before: Ownership | None, asked: Asked, now: datetime
) -> Ownership:
    """Find the owner, in this order: a decision made over these tags, the tags, the ledger, an email address."""
    if word is not None and word.over == naming(tags):
        was = Ownership(word.owner, Source.SAID, word.at)
        return (
            (_belief(word.owner, Source.SAID, was, asked, now) or was) if word.owner else replace(was, member_at=None)
        )
    doubts = list(_unreadable(tags))
    for tag, owner in _tagged(tags):
        if (found := _belief(owner, Source.TAG, before, asked, now)) is not None:
            return replace(found, doubt=_doubt(doubts))
        doubts.append(f"the tag {tag} names {owner}, who isn't a full member of the workspace")
    matched, known = asked.match(name, tags)
    if word is not None and word.owner is None and matched == word.by:
        matched = None  # a person who said that it isn't theirs
    others = [(before.owner, before.by)] if before else []
    others.insert(0 if before and before.by is Source.ADDRESS else len(others), (matched, Source.ADDRESS))
    for other, source in others:
        if other and (found := _belief(other, source, before, asked, now)) is not None:
            return replace(found, doubt=_doubt(doubts))
    return Ownership(None, known=known, doubt=_doubt(doubts))


def first_named(tags: Mapping[str, str], word: Word | None, before: Ownership | None) -> str | None:
    """The people whom `resolve` most likely asks about first, for callers that can read many at once."""
    if word is not None and word.over == naming(tags):
        return word.owner
    return next((owner for _, owner in _tagged(tags)), before.owner if before else None)


def _belief(
    owner: str, source: Source | None, before: Ownership | None, asked: Asked, now: datetime
) -> Ownership | None:
    """The owner named by this source, or None. Someone who used to be a member and isn't any more has left."""
    here = asked.presence(owner)
    same = before if before is not None and before.owner == owner else None
    since = same.member_at if same else None
    if here is Presence.HERE:
        return Ownership(owner, source, now)
    if here is Presence.UNASKED:
        doubted = before is not None and owner in (before.doubt or "")
        return None if doubted else Ownership(owner, source, since, left=None)
    if here is Presence.UNKNOWN:
        return replace(before, left=None) if before and before.owner else Ownership(None, known=False)
    return Ownership(owner, source, since, left=True) if since else None


def _doubt(doubts: list[str]) -> str | None:
    return "; ".join(doubts) or None


# --- tags -----------------------------------------------------------------------------------------------------------


def _folded(tags: Mapping[str, str]) -> dict[str, str]:
    return {key.casefold(): value.strip() for key, value in tags.items() if key.casefold() in NAMING and value.strip()}


def naming(tags: Mapping[str, str]) -> str:
    """Everything the tags say about an owner, as one text."""
    return "\n".join(f"{key}={value}" for key, value in sorted(_folded(tags).items()))


def named(value: str) -> str | None:
    """A Slack user id, or subteam-S… for a user group."""
    if PERSON.fullmatch(value):
        return value
    group = GROUP.fullmatch(value)
    return f"subteam-{group[1]}" if group else None


def _tagged(tags: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    folded = _folded(tags)
    for key in (SLACK, OWNER, OWN):
        if owner := named(folded.get(key, "")):
            yield key.capitalize() if key == SLACK else key, owner


def _unreadable(tags: Mapping[str, str]) -> Iterator[str]:
    """The value of an owner tag that is neither an id nor an address."""
    folded = _folded(tags)
    for key in (SLACK, OWNER):
        value = folded.get(key)
        if value and named(value) is None and (key == SLACK or not ADDRESS.fullmatch(value)):
            yield f"the tag {key.capitalize() if key == SLACK else key} says “{value}”, which isn't a Slack user id"


def addresses(name: str, tags: Mapping[str, str]) -> tuple[str, ...]:
    """Addresses from the tags email and owner, and from a user name that is an address; each once, case-folded."""
    folded = _folded(tags)
    found = (each.casefold() for each in (folded.get(EMAIL, ""), folded.get(OWNER, ""), name))
    return tuple(dict.fromkeys(each for each in found if len(each) <= ADDRESS_MOST and ADDRESS.fullmatch(each)))
