"""Keep: a key that hygiene asked about stays as it is until a date, for a reason. Its approvers see each Keep.

An owner keeps a key for `keep_most` at a time. Longer takes an approver who doesn't hold it: nobody lifts the limit for
themselves.
"""

from datetime import datetime, timedelta

from bot.domain.catalog import Catalog
from bot.domain.errors import Reason, Refused
from bot.domain.events import Tag
from bot.domain.finding import Finding
from bot.domain.grant import Grant
from bot.domain.ids import AccountName, DeliveryId, SlackUserId
from bot.flows import access, refresh
from bot.flows.adopted import request
from bot.flows.context import Context
from bot.flows.hygiene.escalate import grant_of
from bot.flows.issuing import intent
from bot.flows.lifecycle import rotate
from bot.ports import People, Transaction

DAY = timedelta(days=1)  # a Keep lasts to the end of its last day


def keep(
    context: Context,
    *,
    finding: str,
    by: SlackUserId,
    until: datetime | None,
    justification: str,
    delivery: DeliveryId | None,
) -> Finding:
    """By its owner, or by an approver. `until` is None where no date was given. Raises Refused, AlreadyDone."""
    now = context.clock.now()
    if until is None or until <= now:
        raise Refused(Reason.NOT_AHEAD)
    why = access.justified(justification)
    with context.work.begin() as tx:
        seen = tx.findings.get(finding)
        grant = grant_of(tx, seen) if seen else None
    if seen is None:
        raise Refused(Reason.NOT_FOUND)
    _must_be_allowed(context.people, context.catalog, seen, grant, by, until, now)
    with context.work.begin(delivery) as tx:
        found = tx.findings.get(finding)
        if found is None or found.closed_at is not None or found.owner != seen.owner:
            raise Refused(Reason.NOT_FOUND)
        _stays_on(tx, found, by, now)
        if not tx.findings.keep(finding, until, why, by):
            raise Refused(Reason.NOT_FOUND)
        tag = Tag.CREDENTIAL_KEPT if found.credential else Tag.FINDING_KEPT
        facts = {"until": until.isoformat(), "why": why}
        tx.record(tag, found.credential or finding, by=by, at=now, facts=facts)
        refresh.finding(tx, finding)
    return found


def _stays_on(tx: Transaction, found: Finding, by: SlackUserId, now: datetime) -> None:
    """Cancel a pending deactivation, under the lock that the worker takes for it too. Raises Refused."""
    if found.credential is None:
        request.keep(tx, found, by, now)
        return
    pair = intent.held(tx, found.credential)
    if pair is not None and pair[0].wish == rotate.OFF:
        rotate.withdraw(tx, *pair, by, now)
        refresh.credential(tx, pair[0])


def latest(catalog: Catalog, now: datetime) -> datetime:
    """The last day on which an owner's Keep may end."""
    return now + catalog.hygiene.keep_most


def _must_be_allowed(
    people: People,
    catalog: Catalog,
    found: Finding,
    grant: Grant | None,
    by: SlackUserId,
    until: datetime,
    now: datetime,
) -> None:
    """Raises Refused."""
    access.member(people, by)
    holds = by in access.holders(people, found.owner)
    if holds and until <= latest(catalog, now) + DAY:
        return
    if holds:
        raise Refused(Reason.KEPT_TOO_LONG, latest=latest(catalog, now))
    if by not in _approvers(people, catalog, found, grant):
        raise Refused(Reason.NOT_OWNER, owner=found.owner)


def _approvers(people: People, catalog: Catalog, found: Finding, grant: Grant | None) -> frozenset[SlackUserId]:
    """Of the grant's entitlement, or of a found key's account. Raises Refused(PEOPLE_UNREADABLE)."""
    offered = catalog.entitlements.get(grant.entitlement) if grant else None
    if offered is not None:
        return access.approvers_now(people, catalog, offered)
    return access.account_approvers(people, catalog, AccountName(found.account))
