"""The policy once more, just before AWS is called: over the decision rows, by the worker's own catalog.

Whoever can write to the database, or to the web host, gets no further than what the worker's catalog offers.
"""

from dataclasses import replace
from datetime import datetime

from bot.domain.catalog import Catalog, Entitlement
from bot.domain.credential import as_begun
from bot.domain.errors import Reason, Refused
from bot.domain.grant import Grant
from bot.domain.ids import CredentialId
from bot.domain.lifecycle import GrantState, RequestState
from bot.domain.policy import count
from bot.domain.request import Request, RequestKind
from bot.domain.schedule import CLOCK_SKEW
from bot.flows import intent, rules
from bot.ports import Clock, People, UserSpec, Work


def evaluate(work: Work, clock: Clock, people: People, catalog: Catalog, credential: CredentialId) -> UserSpec:
    """Everything that the credential is made from. Raises Refused."""
    with work.begin() as tx:
        row = tx.credentials.get(credential)
        grant = tx.grants.get(row.grant) if row else None
        request = tx.requests.get(grant.request) if grant else None
        decisions = tx.decisions.of(request.id) if request else ()
        earlier = tx.credentials.of(grant.id) if grant else ()
        if tx.flag(intent.PAUSED):
            raise Refused(Reason.PAUSED)
    if grant is None or request is None or grant.lease_until is None or grant.owner != request.requester:
        raise Refused(Reason.NOT_FOUND)
    wanted = rules.entitlement_of(catalog, grant.entitlement)
    _within(wanted, grant, request, clock.now())
    rules.member(people, grant.owner)
    approvers = frozenset(each.approver for each in decisions)
    if grant.state is GrantState.APPROVED:  # a rotation needs no approver to be in office still
        approvers = rules.deciders(people, catalog, wanted, request)
    quorum = count(decisions, needed=wanted.approvals, requester=request.requester, approvers=approvers)
    if not quorum.reached or request.state is not RequestState.APPROVED:
        raise Refused(Reason.NOT_APPROVER)
    account = catalog.account_of(wanted)
    return UserSpec(account, as_begun(wanted, earlier), grant, request.requester, tuple(sorted(quorum.approved_by)))


def standing(work: Work, clock: Clock, catalog: Catalog, grant: Grant) -> UserSpec:
    """What an active grant's user is put back to, never more than its approval and the catalog say. Raises Refused."""
    with work.begin() as tx:
        request = tx.requests.get(grant.request)
        decisions = tx.decisions.of(grant.request)
        keys = tx.credentials.of(grant.id)
    if request is None or grant.owner != request.requester:
        raise Refused(Reason.NOT_FOUND)
    wanted = rules.entitlement_of(catalog, grant.entitlement)
    _within(wanted, grant, request, clock.now())
    approvers = frozenset(each.approver for each in decisions)  # in office then: nothing new is granted
    quorum = count(decisions, needed=wanted.approvals, requester=request.requester, approvers=approvers)
    if not quorum.reached or request.state is not RequestState.APPROVED:
        raise Refused(Reason.NOT_APPROVER)
    account, approved_by = catalog.account_of(wanted), tuple(sorted(quorum.approved_by))
    return UserSpec(account, as_begun(wanted, keys), grant, request.requester, approved_by)


def renewal(work: Work, clock: Clock, people: People, catalog: Catalog, grant: Grant) -> UserSpec:
    """What the approved renewal of this grant makes of its lease, never more than the catalog's longest from now.

    Raises Refused.
    """
    with work.begin() as tx:
        request = tx.requests.get(grant.renew_request) if grant.renew_request else None
        decisions = tx.decisions.of(request.id) if request else ()
        keys = tx.credentials.of(grant.id)
    if request is None or request.kind is not RequestKind.RENEW or request.grant != grant.id:
        raise Refused(Reason.NOT_FOUND)
    if grant.lease_until is None or grant.renew_until is None or grant.owner != request.requester:
        raise Refused(Reason.NOT_FOUND)
    wanted = rules.entitlement_of(catalog, grant.entitlement)
    now = clock.now()
    longer = replace(grant, lease_until=min(grant.renew_until, now + wanted.max_duration))
    if longer.lease_until is None or longer.lease_until <= grant.lease_until:
        raise Refused(Reason.TOO_LONG, longest=wanted.max_duration)
    _within(wanted, longer, request, now)
    rules.member(people, grant.owner)
    approvers = rules.deciders(people, catalog, wanted, request)
    quorum = count(decisions, needed=wanted.approvals, requester=request.requester, approvers=approvers)
    if not quorum.reached or request.state is not RequestState.APPROVED:
        raise Refused(Reason.NOT_APPROVER)
    account, approved_by = catalog.account_of(wanted), tuple(sorted(quorum.approved_by))
    return UserSpec(account, as_begun(wanted, keys), longer, request.requester, approved_by)


def _within(wanted: Entitlement, grant: Grant, request: Request, now: datetime) -> None:
    """What a writer of the database could have stretched: the account, the entitlement, the lease.

    A lease begins by the clock of the host that took the click, so its end may lie CLOCK_SKEW beyond this
    host's longest.
    """
    if grant.account != wanted.account or request.entitlement != wanted.id or not wanted.offered_to(grant.owner):
        raise Refused(Reason.ENTITLEMENT_GONE, entitlement=wanted.id)
    if not grant.still_issues(now):
        raise Refused(Reason.GRANT_OVER, state=grant.state_at(now))
    if grant.lease_until is None or grant.lease_until > now + wanted.max_duration + CLOCK_SKEW:
        raise Refused(Reason.TOO_LONG, longest=wanted.max_duration)
