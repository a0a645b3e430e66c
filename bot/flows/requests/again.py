"""Request again what was declined, cancelled, lapsed or has ended: what the window is filled in with."""

from bot.domain.errors import Reason, Refused
from bot.domain.ids import GrantId, RequestId, SlackUserId
from bot.domain.requests.request import Request
from bot.flows import access
from bot.flows.context import Context


def earlier(context: Context, *, of: str, by: SlackUserId) -> Request:
    """The request by its own id or its grant's. Raises Refused unless this is its requester or its owner."""
    access.member(context.people, by)
    with context.work.begin() as tx:
        grant = tx.grants.get(GrantId(of))
        found = tx.requests.get(grant.request if grant else RequestId(of))
    if found is None:
        raise Refused(Reason.NOT_FOUND)
    if by not in found.parties:
        raise Refused(Reason.NOT_OWNER, owner=found.requester)
    access.must_be_offered(context.people, access.entitlement_of(context.catalog, found.entitlement), found.owner)
    return found
