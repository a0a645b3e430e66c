"""Whose an IAM user and its keys are: by tags, by what the ledger knows, by an e-mail address where that is allowed.

A tag is believed when Slack knows whom it names as a full member. What people settled in Slack outranks the tags that
it was said over, until these change. Where Slack does not answer, nothing changes.
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
SLACK, OWNER, EMAIL, OWN = "slack", "owner", "email", "latchkey:owner"  # IAM tells tag keys apart without their case
NAMING = (SLACK, OWNER, EMAIL, OWN)

COUNTDOWN = ENDING_STAGES[0]  # from the day on which an owner was seen to have left
COUNTDOWN_STAGES = (*ENDING_STAGES, timedelta(0))  # so long before its end it is told, and when it is over


class Source(StrEnum):
    """How an owner is known."""

    TAG = "tag"
    SAID = "said"  # in Slack: a claim that was confirmed, or "Not mine"
    ADDRESS = "email"


class Presence(StrEnum):
    """Whether an owner is a full member now, or a user group with members."""

    HERE = "here"
    AWAY = "away"
    UNKNOWN = "unknown"  # Slack does not answer
    UNASKED = "unasked"  # there is no Slack to ask


@dataclass(frozen=True, slots=True)
class Word:
    """What people settled in Slack about an IAM user. Without an owner: it belongs to nobody."""

    account: AccountName
    iam_user: str
    created_at: datetime  # of the IAM user: a later one of the same name is another
    owner: str | None
    over: str  # the tags that it was said over
    by: SlackUserId
    at: datetime


class ClaimState(StrEnum):
    OPEN = "open"  # approvers: confirm or decline; of an offer: whoever was named
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    OVER = "over"  # the key was given to somebody else, or is gone


@dataclass(frozen=True, slots=True)
class Claim:
    """ "This is mine", for approvers to confirm; or an offer: "this is yours", for the one it names to confirm."""

    id: str
    account: AccountName
    iam_user: str
    claimant: SlackUserId  # who would own it
    asked_by: SlackUserId  # the claimant; of an offer, who named them
    former: str | None  # who owned it then
    said: str  # the key id or the name that was typed, or why it was offered
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
        """The stage of the countdown that has begun last."""
        left = self.left_at + COUNTDOWN - now
        return min((each for each in COUNTDOWN_STAGES if left <= each), default=COUNTDOWN)


@dataclass(frozen=True, slots=True)
class Ownership:
    """`member_at` is when Slack last had the owner as a full member. `left` is None where Slack does not answer."""

    owner: str | None
    by: Source | None = None
    member_at: datetime | None = None
    known: bool = True  # False: that there is no owner is not known either
    left: bool | None = False
    doubt: str | None = None  # what a tag says that names nobody

    @property
    def owned(self) -> bool | None:
        return True if self.owner else (False if self.known else None)


class Asked(Protocol):
    """What Slack says, and what it said about addresses."""

    def presence(self, owner: str) -> Presence: ...
    def match(self, name: str, tags: Mapping[str, str]) -> tuple[SlackUserId | None, bool]:
        """Whoever has one of the user's addresses; and whether that is known of all of them."""
        ...


def resolve(
    name: str, tags: Mapping[str, str], word: Word | None, before: Ownership | None, asked: Asked, now: datetime
) -> Ownership:
    """In the order: what was said over these very tags, the tags, the ledger, an address."""
    if word is not None and word.over == naming(tags):
        was = Ownership(word.owner, Source.SAID, word.at)
        return (
            (_belief(word.owner, Source.SAID, was, asked, now) or was) if word.owner else replace(was, member_at=None)
        )
    doubts = list(_unreadable(tags))
    for tag, owner in _tagged(tags):
        if (found := _belief(owner, Source.TAG, before, asked, now)) is not None:
            return replace(found, doubt=_doubt(doubts))
        doubts.append(f"the tag {tag} names {owner}, who is no full member of the workspace")
    matched, known = asked.match(name, tags)
    if word is not None and word.owner is None and matched == word.by:
        matched = None  # whoever said that it is not theirs
    others = [(before.owner, before.by)] if before else []
    others.insert(0 if before and before.by is Source.ADDRESS else len(others), (matched, Source.ADDRESS))
    for other, source in others:
        if other and (found := _belief(other, source, before, asked, now)) is not None:
            return replace(found, doubt=_doubt(doubts))
    return Ownership(None, known=known, doubt=_doubt(doubts))


def first_named(tags: Mapping[str, str], word: Word | None, before: Ownership | None) -> str | None:
    """Whom `resolve` most likely asks about first, for whoever can read many at once."""
    if word is not None and word.over == naming(tags):
        return word.owner
    return next((owner for _, owner in _tagged(tags)), before.owner if before else None)


def _belief(
    owner: str, source: Source | None, before: Ownership | None, asked: Asked, now: datetime
) -> Ownership | None:
    """None where it names nobody. Whoever was a member once and is none now has left."""
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
    """All that the tags say about an owner, as one text."""
    return "\n".join(f"{key}={value}" for key, value in sorted(_folded(tags).items()))


def named(value: str) -> str | None:
    """A Slack user id, or a user group as subteam-S…"""
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
    """What a tag for an owner says that is neither an id nor an address."""
    folded = _folded(tags)
    for key in (SLACK, OWNER):
        value = folded.get(key)
        if value and named(value) is None and (key == SLACK or not ADDRESS.fullmatch(value)):
            yield f"the tag {key.capitalize() if key == SLACK else key} says “{value}”, which is no Slack user id"


def addresses(name: str, tags: Mapping[str, str]) -> tuple[str, ...]:
    """By the tags email and owner, and a user name that is an address; folded, each once."""
    folded = _folded(tags)
    found = (each.casefold() for each in (folded.get(EMAIL, ""), folded.get(OWNER, ""), name))
    return tuple(dict.fromkeys(each for each in found if len(each) <= ADDRESS_MOST and ADDRESS.fullmatch(each)))
