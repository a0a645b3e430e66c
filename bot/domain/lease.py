"""The latest end of a lease that anybody approved. Every date that AWS is given as a lease's end is held against it.

Whoever writes to the database can forge approvals, and so reach what the catalog offers, counted from now. No date of
the ledger alone reaches further.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

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


CLOCK_SET_BACK = timedelta(hours=1)
"""What the ledger dates this far ahead was written before this clock was set back: a grant in use keeps its end."""

APPROVED_ONCE = 1
"""Approvals that a grant in use has to show: the catalog of the day when it was approved may have asked for fewer."""


def latest_end(
    wanted: Entitlement, asked: Iterable[Asked], collected_at: datetime, now: datetime, *, in_use: bool
) -> datetime | None:
    """None when no request of these was approved. Never more than the catalog's longest of today, counted from now.

    A catalog that shortens `max_duration` doesn't stop a grant in use: it can still be rotated, up to that end.
    """
    needed = APPROVED_ONCE if in_use else wanted.approvals
    begun = ((each.request, _begin(wanted, each, collected_at, needed)) for each in asked)
    latest = now + CLOCK_SET_BACK if in_use else now
    ends = (_end(wanted, request, min(begin, latest), now, in_use=in_use) for request, begin in begun if begin)
    return max(ends, default=None)


def _end(wanted: Entitlement, request: Request, begin: datetime, now: datetime, *, in_use: bool) -> datetime:
    return min(begin + request.duration, (max(now, begin) if in_use else begin) + wanted.max_duration)


def _begin(wanted: Entitlement, asked: Asked, collected_at: datetime, needed: int) -> datetime | None:
    """A new lease begins when it is collected, a longer one when its last approver said yes."""
    request, decisions = asked.request, asked.decisions
    if request.state is not RequestState.APPROVED or request.entitlement != wanted.id:
        return None
    approvers = frozenset(each.approver for each in decisions)  # in office then
    quorum = count(decisions, needed=needed, requester=request.requester, approvers=approvers)
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
