"""Who owns an IAM user and its keys: from tags, from the ledger, or by email address where the account allows it.

A tag counts if Slack has the person it names as a full member. A decision made in Slack overrides the tags that existed
then, until those change. If Slack doesn't answer, nothing changes.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Protocol

from bot.domain.ids import AccountName, SlackUserId
from bot.domain.ownership.owner_tags import naming, tagged, unreadable


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
class OwnerDecision:
    """A decision made in Slack about an IAM user. Without an owner, the user is ownerless."""

    account: AccountName
    iam_user: str
    created_at: datetime  # of the IAM user: a later user with the same name is another one
    owner: str | None
    over: str  # the tags that the decision overrides
    by: SlackUserId
    at: datetime


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
    name: str,
    tags: Mapping[str, str],
    decision: OwnerDecision | None,
    before: Ownership | None,
    asked: Asked,
    now: datetime,
) -> Ownership:
    """Find the owner, in this order: a decision made over these tags, the tags, the ledger, an email address."""
    if decision is not None and decision.over == naming(tags):
        was = Ownership(decision.owner, Source.SAID, decision.at)
        return (
            (_belief(decision.owner, Source.SAID, was, asked, now) or was)
            if decision.owner
            else replace(was, member_at=None)
        )
    doubts = list(unreadable(tags))
    for tag, owner in tagged(tags):
        if (found := _belief(owner, Source.TAG, before, asked, now)) is not None:
            return replace(found, doubt=_doubt(doubts))
        doubts.append(f"the tag {tag} names {owner}, who isn't a full member of the workspace")
    matched, known = asked.match(name, tags)
    if decision is not None and decision.owner is None and matched == decision.by:
        matched = None  # a person who said that it isn't theirs
    others = [(before.owner, before.by)] if before else []
    others.insert(0 if before and before.by is Source.ADDRESS else len(others), (matched, Source.ADDRESS))
    for other, source in others:
        if other and (found := _belief(other, source, before, asked, now)) is not None:
            return replace(found, doubt=_doubt(doubts))
    return Ownership(None, known=known, doubt=_doubt(doubts))


def first_named(tags: Mapping[str, str], decision: OwnerDecision | None, before: Ownership | None) -> str | None:
    """The people whom `resolve` most likely asks about first, for callers that can read many at once."""
    if decision is not None and decision.over == naming(tags):
        return decision.owner
    return next((owner for _, owner in tagged(tags)), before.owner if before else None)


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
