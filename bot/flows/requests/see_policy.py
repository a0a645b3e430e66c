"""See the policy behind a request: for those who may decide it, its requester, its owner, and the admins."""

from bot.domain.errors import Reason, Refused
from bot.domain.ids import RequestId, SlackUserId
from bot.domain.requests.request import Request
from bot.flows import access, who_else
from bot.flows.context import Context


def may_see(context: Context, *, request: RequestId, by: SlackUserId) -> Request:
    """Raises Refused."""
    with context.work.begin() as tx:
        found = tx.requests.get(request)
    if found is None:
        raise Refused(Reason.NOT_FOUND)
    access.member(context.people, by)
    if by in found.parties or by in context.catalog.admins:
        return found
    wanted = access.entitlement_of(context.catalog, found.entitlement)
    able = access.deciders(context.people, context.catalog, wanted, found, frozenset({by}))
    if by not in able:
        raise who_else.named(context.people, Refused(Reason.NOT_APPROVER), able)
    return found
