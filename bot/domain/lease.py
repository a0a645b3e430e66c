"""The latest end of a lease that anybody approved. Every date that AWS is given as a lease's end is held against it.

Whoever writes to the database can forge approvals, and so reach what the catalog offers, counted from now. No date of
the ledger alone reaches further.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from bot.domain.catalog import Entitlement
from bot.domain.credential import Credential
from bot.domain.grant import Grant
from bot.domain.lifecycle import GrantState, RequestState
from bot.domain.policy import count
from bot.domain.request import Answer, Decision, Request, RequestKind


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of the grant, and how it was decided."""

    request: Request
    decisions: tuple[Decision, ...]


def latest_end(wanted: Entitlement, asked: Iterable[Asked], collected_at: datetime, now: datetime) -> datetime | None:
    """None when no request of these was approved. Longest is what the catalog says today, whatever was asked for."""
    approved = ((each.request, begin) for each in asked if (begin := _begin(wanted, each, collected_at)) is not None)
    ends = (min(begin, now) + min(request.duration, wanted.max_duration) for request, begin in approved)
    return max(ends, default=None)


def _begin(wanted: Entitlement, asked: Asked, collected_at: datetime) -> datetime | None:
    """A new lease begins when it is collected, a longer one when its last approver said yes."""
    request, decisions = asked.request, asked.decisions
    if request.state is not RequestState.APPROVED or request.entitlement != wanted.id:
        return None
    approvers = frozenset(each.approver for each in decisions)  # in office then
    quorum = count(decisions, needed=wanted.approvals, requester=request.requester, approvers=approvers)
    if not quorum.reached:
        return None
    if request.kind is RequestKind.NEW:
        return collected_at
    return max(each.made_at for each in decisions if each.answer is Answer.APPROVE)


def collected_at(grant: Grant, rows: Sequence[Credential]) -> datetime:
    """When the collect began that fixed the lease: the first that was opened, or the one that is under way."""
    opened = [each.made_at for each in rows if each.revealed_at is not None]
    if opened and grant.state is not GrantState.APPROVED:
        return min(opened)
    return max((each.made_at for each in rows), default=grant.collect_by)
