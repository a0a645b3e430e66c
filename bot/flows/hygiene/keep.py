"""Keep: a key that hygiene asked about stays as it is until a date, for a reason. A Keep can be changed and ended.

Its approvers see each Keep. An owner keeps a key for `keep_most` at a time. Longer takes an approver who doesn't hold
it: nobody lifts the limit for themselves.
"""

from datetime import datetime, timedelta

from bot.domain.catalog import Catalog
from bot.domain.errors import Reason, Refused
from bot.domain.events import Tag
from bot.domain.grant import Grant
from bot.domain.hygiene.finding import Finding
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
    """By its owner, or by an approver; again to change it. `until` is None where no date was given.

    Raises Refused, AlreadyDone.
    """
    now = context.clock.now()
    if until is None or until <= now:
        raise Refused(Reason.NOT_AHEAD)
    why = access.justified(justification)
    seen, holds = _must_be_allowed(context, finding, by)
    if holds and until > latest(context.catalog, now) + DAY:
        raise Refused(Reason.KEPT_TOO_LONG, latest=latest(context.catalog, now))
    with context.work.begin(delivery) as tx:
        found = _still_theirs(tx, seen)
        _stays_on(tx, found, by, now)
        if not tx.findings.keep(finding, until, why, by):
            raise Refused(Reason.NOT_FOUND)
        tag = Tag.CREDENTIAL_KEPT if found.credential else Tag.FINDING_KEPT
        facts = {"until": until.isoformat(), "why": why}
        tx.record(tag, found.credential or finding, by=by, at=now, facts=facts)
        refresh.finding(tx, finding)
    return found


def may_keep(context: Context, finding: str, by: SlackUserId) -> Finding:
    """For the window, which names the key. Raises Refused."""
    found, _ = _must_be_allowed(context, finding, by)
    if found.closed_at is not None:
        raise Refused(Reason.ALREADY_DECIDED, state="resolved", at=found.closed_at)
    return found


def release(context: Context, *, finding: str, by: SlackUserId, delivery: DeliveryId | None) -> Finding:
    """Stop keeping: the finding counts again, and its reminders start anew. Raises Refused, AlreadyDone."""
    seen, _ = _must_be_allowed(context, finding, by)
    now = context.clock.now()
    with context.work.begin(delivery) as tx:
        found = _still_theirs(tx, seen)
        if not tx.findings.end_keep(finding, now):
            raise Refused(Reason.NOT_KEPT)
        tag = Tag.CREDENTIAL_RELEASED if found.credential else Tag.FINDING_RELEASED
        tx.record(tag, found.credential or finding, by=by, at=now)
        refresh.finding(tx, finding)
    return found


def _still_theirs(tx: Transaction, seen: Finding) -> Finding:
    """Raises Refused if it was closed or changed hands since it was read."""
    found = tx.findings.get(seen.id)
    if found is not None and found.closed_at is not None:
        raise Refused(Reason.ALREADY_DECIDED, state="resolved", at=found.closed_at)
    if found is None or found.owner != seen.owner:
        raise Refused(Reason.NOT_FOUND)
    return found


def _stays_on(tx: Transaction, found: Finding, by: SlackUserId, now: datetime) -> None:
    """Cancel a pending deactivation, under the lock that the worker takes for it too. Raises Refused."""
    if found.credential is None:
        request.keep(tx, found, by, now)
        return
    pair = intent.held(tx, found.credential)
    if pair is not None and pair[0].pending_action == rotate.OFF:
        rotate.withdraw(tx, *pair, by, now)
        refresh.credential(tx, pair[0])


def latest(catalog: Catalog, now: datetime) -> datetime:
    """The last day on which an owner's Keep may end."""
    return now + catalog.hygiene.keep_most


def _must_be_allowed(context: Context, finding: str, by: SlackUserId) -> tuple[Finding, bool]:
    """The finding, and whether this person holds the key; else they approve for it. Raises Refused."""
    with context.work.begin() as tx:
        found = tx.findings.get(finding)
        grant = grant_of(tx, found) if found else None
    if found is None:
        raise Refused(Reason.NOT_FOUND)
    access.member(context.people, by)
    holds = by in access.holders(context.people, found.owner)
    if not holds and by not in _approvers(context.people, context.catalog, found, grant):
        raise Refused(Reason.NOT_OWNER, owner=found.owner)
    return found, holds


def _approvers(people: People, catalog: Catalog, found: Finding, grant: Grant | None) -> frozenset[SlackUserId]:
    """Of the grant's entitlement, or of a found key's account. Raises Refused(PEOPLE_UNREADABLE)."""
    offered = catalog.entitlements.get(grant.entitlement) if grant else None
    if offered is not None:
        return access.approvers_now(people, catalog, offered)
    return access.account_approvers(people, catalog, AccountName(found.account))
