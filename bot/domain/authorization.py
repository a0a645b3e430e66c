"""Who may do what, and when: one table of rules, and one function that judges an act by it.

It is asked at the request, at the press, at the mint and at every change of a lease. It knows only the facts that it is
given, so a person who presses and the worker that carries it out get the same answer.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from bot.domain.errors import Reason, Refused
from bot.domain.ids import SlackUserId
from bot.domain.lifecycle import GrantState, RequestState
from bot.domain.requests.request import Answer, Decision


class Role(StrEnum):
    """What somebody is to a request or a grant at this moment."""

    REQUESTER = "requester"
    OWNER = "owner"  # holds it, or will hold it: the catalog offers it to them
    APPROVER = "approver"  # for a request: they were one when it was made, and still are
    NEWCOMER = "newcomer"  # an approver only since the request was made
    ADMIN = "admin"


class Act(StrEnum):
    REQUEST = "request"
    APPROVE = "approve"
    DECLINE = "decline"
    ASK = "ask"
    ANSWER = "answer"
    PREAPPROVE = "pre-approve"
    END_PREAPPROVAL = "end-pre-approval"
    REVIEW = "review"  # an emergency, afterwards
    CANCEL = "cancel"
    NUDGE = "nudge"
    ISSUE = "issue"  # the worker is about to create a credential under an approved request
    EXTEND = "extend"  # a lease begins or gets longer by an approved request
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
    CONTAIN = "contain"  # a leaked key
    END_SESSIONS = "end-sessions"  # of a role that a leaked key assumed


@dataclass(frozen=True, slots=True)
class Rule:
    """One act: who may, who never may even so, and in which states."""

    who: frozenset[Role]
    never: frozenset[Role] = frozenset()
    states: frozenset[RequestState | GrantState] = frozenset()  # empty: whatever the state
    otherwise: Reason = Reason.NOT_OWNER  # for everybody else
    own: Reason = Reason.OWN_REQUEST  # for those who never may
    again: Reason = Reason.ALREADY_VOTED  # for who did it before
    short: Reason = Reason.NOT_APPROVER  # without enough approvers


OWNER, REQUESTER, APPROVER, ADMIN = (
    frozenset({each}) for each in (Role.OWNER, Role.REQUESTER, Role.APPROVER, Role.ADMIN)
)
PARTIES, ANY = REQUESTER | OWNER, OWNER | APPROVER | ADMIN
OPEN, APPROVED = frozenset({RequestState.REQUESTED}), frozenset({RequestState.APPROVED})
ACTIVE = frozenset({GrantState.ACTIVE})
DECIDES = Rule(APPROVER, never=PARTIES, states=OPEN, otherwise=Reason.NOT_APPROVER)

RULES: Mapping[Act, Rule] = {
    Act.REQUEST: Rule(OWNER, otherwise=Reason.NOT_REQUESTABLE, short=Reason.NOT_REQUESTABLE),
    Act.APPROVE: DECIDES,
    Act.DECLINE: DECIDES,
    Act.ASK: DECIDES,
    Act.PREAPPROVE: Rule(APPROVER, never=PARTIES, otherwise=Reason.NOT_APPROVER),
    Act.END_PREAPPROVAL: Rule(APPROVER | ADMIN, otherwise=Reason.NOT_APPROVER),
    Act.REVIEW: Rule(APPROVER | ADMIN, never=PARTIES, otherwise=Reason.NOT_APPROVER, own=Reason.OWN_REVIEW),
    Act.ANSWER: Rule(REQUESTER, states=OPEN, again=Reason.ALREADY_ANSWERED),
    Act.CANCEL: Rule(PARTIES, states=OPEN),
    Act.NUDGE: Rule(PARTIES, states=OPEN, again=Reason.TOO_SOON),
    Act.ISSUE: Rule(OWNER, states=APPROVED),
    Act.EXTEND: Rule(OWNER, states=APPROVED),
    Act.COLLECT: Rule(OWNER, states=ACTIVE | {GrantState.APPROVED}),
    Act.ROTATE: Rule(OWNER),
    Act.RENEW: Rule(OWNER, states=ACTIVE, short=Reason.NOT_REQUESTABLE),
    Act.GIVE_BACK: Rule(OWNER),
    Act.REVOKE: Rule(ANY),
    Act.RETIRE: Rule(ANY),
    Act.REACTIVATE: Rule(ANY),
    Act.TAKE_NOTE: Rule(ANY, otherwise=Reason.NOT_APPROVER),
    Act.PUT_BACK: Rule(APPROVER | ADMIN, otherwise=Reason.NOT_APPROVER),
    Act.PAUSE: Rule(ADMIN, otherwise=Reason.NOT_ADMIN),
    Act.CONTAIN: Rule(ANY, otherwise=Reason.MAY_NOT_CONTAIN),
    Act.END_SESSIONS: Rule(APPROVER | ADMIN, otherwise=Reason.NOT_APPROVER),
}

TOO_LATE = {GrantState.APPROVED: GrantState.LAPSED, GrantState.ACTIVE: GrantState.EXPIRED}
"""What a grant's state counts as from its deadline on, before any sweep has said so."""


@dataclass(frozen=True, slots=True)
class Quorum:
    approved_by: frozenset[SlackUserId]
    declined_by: frozenset[SlackUserId]
    needed: int

    @property
    def reached(self) -> bool:
        return not self.declined_by and len(self.approved_by) >= self.needed


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is known about one act. A field that is left out doesn't matter to it."""

    roles: frozenset[Role] = frozenset()
    member: bool = True  # a full member of the workspace
    state: RequestState | GrantState | None = None  # as stored
    until: datetime | None = None  # the deadline of that state
    now: datetime | None = None
    done_before: bool = False  # by the same person: a decision, an answer
    not_before: datetime | None = None  # the end of a cool-down
    duration: timedelta | None = None
    asked: timedelta | None = None  # the duration that was requested
    longest: timedelta | None = None  # that the catalog allows
    quorum: Quorum | None = None  # who approved it, or before that, who could
    owner: SlackUserId | None = None  # named in the refusal

    @property
    def state_now(self) -> RequestState | GrantState | None:
        """By type first: `approved` of a request equals `approved` of a grant as a string."""
        if self.until is None or self.now is None or self.now < self.until:
            return self.state
        if isinstance(self.state, GrantState):
            return TOO_LATE.get(self.state, self.state)
        return RequestState.LAPSED if self.state is RequestState.REQUESTED else self.state


def judge(act: Act, facts: Facts) -> Refused | None:
    """Why it is refused, or None if it is allowed. What was decided comes first, then who it is, then how much."""
    return in_time(act, facts) or _who(RULES[act], facts) or _how_much(RULES[act], facts)


def in_time(act: Act, facts: Facts) -> Refused | None:
    """The part that needs no answer from Slack: the state and its deadline."""
    state, states = facts.state_now, RULES[act].states
    if state is None or not states or state in states:
        return None
    if isinstance(state, RequestState):
        return Refused(Reason.ALREADY_DECIDED, state=state)
    return Refused(Reason.NOT_RUNNING if state is GrantState.APPROVED else Reason.GRANT_OVER, state=state)


def _who(rule: Rule, facts: Facts) -> Refused | None:
    if not facts.member:
        return Refused(Reason.NOT_A_MEMBER)
    if rule.who.isdisjoint(facts.roles):
        late = Role.NEWCOMER in facts.roles and rule.who == APPROVER
        named = {"owner": facts.owner} if facts.owner and rule.otherwise is Reason.NOT_OWNER else {}
        return Refused(Reason.JOINED_LATER if late else rule.otherwise, **named)
    if not rule.never.isdisjoint(facts.roles):
        return Refused(rule.own)
    if facts.done_before:
        return Refused(rule.again)
    if facts.not_before is not None and facts.now is not None and facts.now < facts.not_before:
        return Refused(rule.again, until=facts.not_before)
    return None


def _how_much(rule: Rule, facts: Facts) -> Refused | None:
    if facts.duration is not None:
        if facts.asked is not None and facts.duration > facts.asked:
            return Refused(Reason.LONGER_THAN_ASKED, asked=facts.asked)
        if facts.longest is not None and facts.duration > facts.longest:
            return Refused(Reason.TOO_LONG, longest=facts.longest)
    if facts.quorum is not None and not facts.quorum.reached:
        why = {"why": "too few approvers besides you"} if rule.short is Reason.NOT_REQUESTABLE else {}
        return Refused(rule.short, **why)
    return None


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


def possible(approvers: frozenset[SlackUserId], parties: frozenset[SlackUserId], needed: int) -> Quorum:
    """The quorum that a request would get if everybody who may decide it approved it."""
    return Quorum(approved_by=approvers - parties, declined_by=frozenset(), needed=needed)


def approved_duration(asked: timedelta, decisions: Iterable[Decision]) -> timedelta:
    """The shortest that any approver gave, at most what was asked for.

    It doesn't matter whether they are approvers now, so the press, the mint and each change of the lease agree.
    """
    given = (each.duration for each in decisions if each.answer is Answer.APPROVE)
    return min([asked, *(each for each in given if each is not None)])
