"""Check the approval again just before AWS is called: from the decision rows, with the worker's own catalog.

An attacker who can write to the database or the web host gets no further than what the worker's catalog offers.
"""

from dataclasses import replace

from bot.domain.authorization import OWNER, Act, Facts, Quorum, count, judge
from bot.domain.catalog import Entitlement
from bot.domain.credential import as_begun
from bot.domain.errors import Reason, Refused
from bot.domain.grant import Grant
from bot.domain.ids import CredentialId
from bot.domain.issuing.lease import APPROVED_ONCE
from bot.domain.issuing.pause import PAUSED
from bot.domain.lifecycle import GrantState
from bot.domain.requests.request import Request, RequestKind
from bot.flows import access
from bot.flows.context import Context
from bot.flows.issuing import approval, lease
from bot.ports import UserSpec


def evaluate(context: Context, credential: CredentialId) -> UserSpec:
    """Everything that the credential is created from. Raises Refused."""
    with context.work.begin() as tx:
        row = tx.credentials.get(credential)
        grant = tx.grants.get(row.grant) if row else None
        request = tx.requests.get(grant.request) if grant else None
        decisions = tx.decisions.of(request.id) if request else ()
        earlier = tx.credentials.of(grant.id) if grant else ()
        actor = approval.without_people(tx, request) if request else None
        if tx.flag(PAUSED):
            raise Refused(Reason.PAUSED)
    if grant is None or request is None or grant.lease_until is None or grant.owner != request.owner:
        raise Refused(Reason.NOT_FOUND)
    wanted = access.entitlement_of(context.catalog, grant.entitlement)
    if row is None or row.kind is not wanted.kind:  # an intent that another catalog wrote
        raise Refused(Reason.KIND_CHANGED, now=wanted.kind)
    access.same_kind(wanted, earlier)
    _offered(context, wanted, grant, request)
    access.member(context.people, grant.owner)
    approvers = frozenset(each.approver for each in decisions)
    needed = APPROVED_ONCE
    if grant.state is GrantState.APPROVED:  # a rotation doesn't require that what approved it still would
        if actor is None:
            whose = frozenset(each.approver for each in decisions)
            approvers = access.deciders(context.people, context.catalog, wanted, request, whose)
            needed = wanted.approvals
        else:
            approval.must_still_be_allowed(context, wanted, request)
    quorum = count(decisions, needed=needed, parties=request.parties, approvers=approvers)
    approved_by = _approved_by(request, quorum, actor)
    until = lease.approved_end(context, wanted, grant, grant.lease_until)
    if until != grant.lease_until and grant.state is GrantState.APPROVED:  # nothing exists that an end could be kept of
        raise Refused(Reason.TOO_LONG, longest=wanted.max_duration)
    account, grant = context.catalog.account_of(wanted), replace(grant, lease_until=until)
    return UserSpec(account, as_begun(wanted, earlier), grant, request.requester, approved_by, request.ticket)


def standing(context: Context, grant: Grant) -> UserSpec:
    """What an active grant's user is restored to, at most what approval and catalog allow. Raises Refused."""
    with context.work.begin() as tx:
        request = tx.requests.get(grant.request)
        decisions = tx.decisions.of(grant.request)
        keys = tx.credentials.of(grant.id)
        actor = approval.without_people(tx, request) if request else None
    if request is None or grant.owner != request.owner:
        raise Refused(Reason.NOT_FOUND)
    wanted = access.entitlement_of(context.catalog, grant.entitlement)
    _offered(context, wanted, grant, request)
    approvers = frozenset(each.approver for each in decisions)  # those of that time count: nothing new is granted
    quorum = count(decisions, needed=APPROVED_ONCE, parties=request.parties, approvers=approvers)
    approved_by = _approved_by(request, quorum, actor)
    if lease.approved_end(context, wanted, grant, grant.lease_until) != grant.lease_until:
        raise Refused(Reason.TOO_LONG, longest=wanted.max_duration)
    account, kept = context.catalog.account_of(wanted), as_begun(wanted, keys)
    return UserSpec(account, kept, grant, request.requester, approved_by, request.ticket)


def put_back(context: Context, grant: Grant) -> UserSpec:
    """The ledger's date again, for a user that may have got a later one. Raises Refused.

    Its approvers needn't be approvers any more, because this only ever takes access away.
    """
    wanted = access.entitlement_of(context.catalog, grant.entitlement)
    if wanted.account != grant.account:
        raise Refused(Reason.ENTITLEMENT_GONE, entitlement=wanted.id)
    until = lease.approved_end(context, wanted, grant, grant.lease_until)
    with context.work.begin() as tx:
        keys = tx.credentials.of(grant.id)
    held = replace(grant, lease_until=until)
    return UserSpec(context.catalog.account_of(wanted), as_begun(wanted, keys), held, grant.owner, ())


def renewal(context: Context, grant: Grant) -> UserSpec:
    """What the approved renewal of this grant makes of its lease.

    Raises Refused.
    """
    with context.work.begin() as tx:
        request = tx.requests.get(grant.renew_request) if grant.renew_request else None
        decisions = tx.decisions.of(request.id) if request else ()
        keys = tx.credentials.of(grant.id)
    if request is None or request.kind is not RequestKind.RENEW or request.grant != grant.id:
        raise Refused(Reason.NOT_FOUND)
    if grant.lease_until is None or grant.renew_until is None or grant.owner != request.owner:
        raise Refused(Reason.NOT_FOUND)
    wanted = access.entitlement_of(context.catalog, grant.entitlement)
    access.same_kind(wanted, keys)
    _offered(context, wanted, grant, request)
    access.member(context.people, grant.owner)
    whose = frozenset(each.approver for each in decisions)
    approvers = access.deciders(context.people, context.catalog, wanted, request, whose)
    quorum = count(decisions, needed=wanted.approvals, parties=request.parties, approvers=approvers)
    approved_by = _approved_by(request, quorum, None)
    until = lease.approved_end(context, wanted, grant, grant.renew_until)
    if until <= grant.lease_until:
        raise Refused(Reason.TOO_LONG, longest=wanted.max_duration)
    account, longer = context.catalog.account_of(wanted), replace(grant, lease_until=until)
    return UserSpec(account, as_begun(wanted, keys), longer, request.requester, approved_by)


def _approved_by(request: Request, quorum: Quorum, actor: str | None) -> tuple[str, ...]:
    """The people, or what approved it in their place. Raises Refused."""
    known = Facts(roles=OWNER, state=request.state, quorum=None if actor else quorum)
    if judge(Act.ISSUE, known) is not None:
        raise Refused(Reason.NOT_APPROVER)
    return (actor,) if actor else tuple(sorted(quorum.approved_by))


def _offered(context: Context, wanted: Entitlement, grant: Grant, request: Request) -> None:
    """Check what an attacker could have changed in the database besides the lease: the account and the entitlement."""
    offered = access.is_offered(context.people, wanted, grant.owner)
    if grant.account != wanted.account or request.entitlement != wanted.id or not offered:
        raise Refused(Reason.ENTITLEMENT_GONE, entitlement=wanted.id)
    now = context.clock.now()
    if judge(Act.COLLECT, Facts(roles=OWNER, state=grant.state, until=grant.lease_until, now=now)) is not None:
        raise Refused(Reason.GRANT_OVER, state=grant.stands(now))
