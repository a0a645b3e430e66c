"""Who may do what: the quorum rule, and one table of actions."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from bot.domain.ids import SlackUserId
from bot.domain.request import Answer, Decision


class Standing(StrEnum):
    OWNER = "owner"
    APPROVER = "approver"
    ADMIN = "admin"


class Act(StrEnum):
    COLLECT = "collect"
    ROTATE = "rotate"
    RENEW = "renew"
    GIVE_BACK = "give-back"
    REVOKE = "revoke"
    RETIRE = "retire"
    REACTIVATE = "reactivate"
    TAKE_NOTE = "take-note"  # update the ledger to match AWS
    PUT_BACK = "put-back"  # update AWS to match the ledger, if that adds or removes a right
    PAUSE = "pause"


ALLOWED: dict[Act, frozenset[Standing]] = {
    Act.COLLECT: frozenset({Standing.OWNER}),
    Act.ROTATE: frozenset({Standing.OWNER}),
    Act.RENEW: frozenset({Standing.OWNER}),
    Act.GIVE_BACK: frozenset({Standing.OWNER}),
    Act.REVOKE: frozenset({Standing.OWNER, Standing.APPROVER, Standing.ADMIN}),
    Act.RETIRE: frozenset({Standing.OWNER, Standing.APPROVER, Standing.ADMIN}),
    Act.REACTIVATE: frozenset({Standing.OWNER, Standing.APPROVER, Standing.ADMIN}),
    Act.TAKE_NOTE: frozenset({Standing.OWNER, Standing.APPROVER, Standing.ADMIN}),
    Act.PUT_BACK: frozenset({Standing.APPROVER, Standing.ADMIN}),
    Act.PAUSE: frozenset({Standing.ADMIN}),
}


def may(act: Act, standings: Iterable[Standing]) -> bool:
    return not ALLOWED[act].isdisjoint(standings)


@dataclass(frozen=True, slots=True)
class Quorum:
    approved_by: frozenset[SlackUserId]
    declined_by: frozenset[SlackUserId]
    needed: int

    @property
    def reached(self) -> bool:
        return not self.declined_by and len(self.approved_by) >= self.needed


def count(
    decisions: Iterable[Decision], *, needed: int, parties: frozenset[SlackUserId], approvers: frozenset[SlackUserId]
) -> Quorum:
    """Count distinct people who are approvers now, without the requester and owner. One decline ends it."""
    rows = [each for each in decisions if each.approver in approvers - parties]
    return Quorum(
        approved_by=frozenset(each.approver for each in rows if each.answer is Answer.APPROVE),
        declined_by=frozenset(each.approver for each in rows if each.answer is Answer.DECLINE),
        needed=needed,
    )


def approved_duration(asked: timedelta, decisions: Iterable[Decision]) -> timedelta:
    """The shortest that any approver gave, at most what was asked for.

    It doesn't matter whether they are approvers now, so the press, the mint and each change of the lease agree.
    """
    given = (each.duration for each in decisions if each.answer is Answer.APPROVE)
    return min([asked, *(each for each in given if each is not None)])
