"""A press on an open request: what the policy has to know about it, and the answer to somebody who was too late."""

from datetime import datetime

from bot.domain.authorization import Act, Facts, Role, in_time, judge
from bot.domain.catalog import Catalog
from bot.domain.errors import Reason, Refused
from bot.domain.ids import EntitlementId, SlackUserId
from bot.domain.lifecycle import RequestState
from bot.domain.requests.request import Request
from bot.flows import access, queries
from bot.ports import People, Transaction


def party_roles(request: Request, person: SlackUserId) -> frozenset[Role]:
    """Requester, owner, both or neither."""
    its = {Role.REQUESTER: request.requester, Role.OWNER: request.owner}
    return frozenset(role for role, who in its.items() if who == person)


def deciding_roles(
    people: People, catalog: Catalog, entitlement: EntitlementId, person: SlackUserId
) -> frozenset[Role]:
    """Approver of this entitlement, admin, both or neither. Raises Refused(PEOPLE_UNREADABLE)."""
    found = {Role.APPROVER: _approvers(people, catalog, entitlement), Role.ADMIN: catalog.admins}
    return frozenset(role for role, who in found.items() if person in who)


def deciding(people: People, catalog: Catalog, entitlement: EntitlementId) -> frozenset[SlackUserId]:
    """Its approvers and the admins. Raises Refused(PEOPLE_UNREADABLE)."""
    return _approvers(people, catalog, entitlement) | frozenset(catalog.admins)


def _approvers(people: People, catalog: Catalog, entitlement: EntitlementId) -> frozenset[SlackUserId]:
    offered = catalog.entitlements.get(entitlement)
    return access.approvers_now(people, catalog, offered) if offered is not None else frozenset()


def facts(request: Request, roles: frozenset[Role], now: datetime) -> Facts:
    return Facts(
        roles=roles, state=request.state, until=request.decide_by, now=now, asked=request.duration,
        owner=request.requester,
    )  # fmt: skip


def must_be_open(tx: Transaction, act: Act, request: Request, now: datetime) -> None:
    """The part of `must` that needs no answer from Slack about who somebody is. Raises Refused."""
    _raise(tx, request, in_time(act, facts(request, frozenset(), now)))


def must(tx: Transaction, act: Act, request: Request, known: Facts) -> None:
    """Raises Refused unless the policy allows it."""
    _raise(tx, request, judge(act, known))


def _raise(tx: Transaction, request: Request, refusal: Refused | None) -> None:
    """Somebody who was too late reads who decided it, and when; or since when nobody can, before the sweep sees it."""
    if refusal is not None and refusal.reason is Reason.ALREADY_DECIDED:
        state = refusal.facts["state"]
        since = {"at": request.decide_by} if state is RequestState.LAPSED else {}
        raise Refused(Reason.ALREADY_DECIDED, **{**since, **queries.outcome(tx, request.id, state)})  # type: ignore[arg-type]
    access.must(refusal)
