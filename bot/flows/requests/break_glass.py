"""Break-glass: an emergency needs no approval. Approvers and admins are notified, and one of them reviews it.

An ordinary request for the same entitlement stays as it is: it can be decided or cancelled.
"""

from dataclasses import replace

from bot.domain.catalog import Entitlement
from bot.domain.errors import Reason, Refused
from bot.domain.events import Tag
from bot.domain.ids import EntitlementId, SlackUserId
from bot.domain.lifecycle import GrantState, RequestState
from bot.domain.requests.request import Request
from bot.domain.requests.review import BREAK_GLASS
from bot.domain.schedule import write_duration
from bot.flows.context import Context
from bot.flows.requests import granting, review, routing
from bot.flows.requests.routing import Submission
from bot.ports import Transaction

LIVES = frozenset({GrantState.APPROVED, GrantState.ACTIVE})


def dedup_key(owner: SlackUserId, wanted: EntitlementId) -> str:
    """Apart from the ordinary request's. Of two emergencies at once, the second one waits for the first to commit."""
    return f"{BREAK_GLASS} {owner} {wanted}"


def settle(tx: Transaction, context: Context, wanted: Entitlement, request: Request) -> Request:
    """Approve it in the transaction that wrote it. One for each owner and entitlement, while its grant lives."""
    now = request.made_at
    for each in tx.grants.emergencies_of(request.owner, request.entitlement):
        if each.state_at(now) in LIVES:
            raise Refused(Reason.EMERGENCY_RUNS, until=each.lease_until or each.collect_by)
    tx.transition(request.id, RequestState.REQUESTED, RequestState.APPROVED, by=BREAK_GLASS, at=now)
    facts = {"entitlement": request.entitlement, "owner": request.owner, "duration": write_duration(request.duration)}
    tx.record(Tag.REQUEST_BREAK_GLASS, request.id, by=request.requester, at=now, facts=facts)
    granting.make(tx, context, wanted, request, request.duration, by=BREAK_GLASS, now=now)
    review.open_one(tx, request, by=request.requester)
    return replace(request, state=RequestState.APPROVED)


def at_submission(context: Context, wanted: Entitlement, parties: frozenset[SlackUserId]) -> Submission:
    """Its approvers where requests are posted, the account's channel, and each admin. Never raises: it can't wait."""
    channel = context.catalog.account_of(wanted).channel
    approvers = routing.of_request(context.people, context.catalog, context.catalog.approvers_of(wanted), parties)
    places = (*approvers, *([channel] if channel else []), *context.catalog.admins)
    return Submission(tuple(dict.fromkeys(places)), deciders=None, problems=())
