"""The latest approved end of a lease. Every lease end sent to AWS is checked against it.

An attacker who can write to the database can forge approvals, and so gets what the catalog offers, counted from now. A
forged date in the ledger alone doesn't extend a lease.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.authorization import OWNER, Act, Facts, approved_duration, count, judge
from bot.domain.catalog import Entitlement
from bot.domain.credential import Credential
from bot.domain.grant import Grant
from bot.domain.lifecycle import GrantState
from bot.domain.requests.request import Answer, Decision, Request, RequestKind


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of the grant and its decisions.

    `without_people`: a rule of the catalog approved it (flows/issuing/approval.py).
    """

    request: Request
    decisions: tuple[Decision, ...]
    without_people: bool = False

    @property
    def duration(self) -> timedelta:
        """As approved, which may be shorter than requested."""
        return approved_duration(self.request.duration, self.decisions)


CLOCK_SET_BACK = timedelta(hours=1)
"""A grant dated this far ahead was written before this clock was set back: a grant in use keeps its end."""

APPROVED_ONCE = 1
"""Approvals that a grant in use must have: the catalog at approval time may have required fewer than today's."""


def latest_end(
    wanted: Entitlement, asked: Iterable[Asked], collected_at: datetime, now: datetime, *, in_use: bool
) -> datetime | None:
    """The latest approved end, or None if no request was approved.

    At most the catalog's current longest duration from now.

    A catalog that shortens `max_duration` doesn't stop a grant in use: it can still be rotated until that end.
    """
    needed = APPROVED_ONCE if in_use else wanted.approvals
    begun = ((each.duration, _begin(wanted, each, collected_at, needed)) for each in asked)
    latest = now + CLOCK_SET_BACK if in_use else now
    ends = (_end(wanted, duration, min(begin, latest), now, in_use=in_use) for duration, begin in begun if begin)
    return max(ends, default=None)


def _end(wanted: Entitlement, duration: timedelta, begin: datetime, now: datetime, *, in_use: bool) -> datetime:
    return min(begin + duration, (max(now, begin) if in_use else begin) + wanted.max_duration)


def _begin(wanted: Entitlement, asked: Asked, collected_at: datetime, needed: int) -> datetime | None:
    """When the lease begins: a new one when it is collected, a renewed one at its last approval."""
    request, decisions = asked.request, asked.decisions
    if request.entitlement != wanted.id:
        return None
    approvers = frozenset(each.approver for each in decisions)  # at the time of the decision
    quorum = count(decisions, needed=needed, parties=request.parties, approvers=approvers)
    known = Facts(roles=OWNER, state=request.state, quorum=None if asked.without_people else quorum)
    if judge(Act.EXTEND, known) is not None:
        return None
    if request.kind is RequestKind.NEW:
        return collected_at
    return max(each.made_at for each in decisions if each.answer is Answer.APPROVE)


def collected_at(grant: Grant, rows: Sequence[Credential]) -> datetime:
    """When the collect that fixed the lease began: the first opened one, or the one in progress."""
    opened = [each.made_at for each in rows if each.revealed_at is not None]
    if opened and grant.state is not GrantState.APPROVED:
        return min(opened)
    return max((each.made_at for each in rows), default=grant.collect_by)
