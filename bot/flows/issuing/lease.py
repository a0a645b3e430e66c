"""The end of a lease that AWS may be given: from decisions and the catalog, never from the ledger's date alone."""

from datetime import datetime

from bot.domain.catalog import Entitlement
from bot.domain.errors import Reason, Refused
from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.grant import Grant
from bot.domain.issuing.lease import Asked, collected_at, latest_end
from bot.domain.lifecycle import GrantState
from bot.domain.schedule import CLOCK_SKEW
from bot.flows import refresh
from bot.flows.context import Context
from bot.flows.issuing import approval
from bot.ports import Transaction, UserSpec


def approved_end(context: Context, wanted: Entitlement, grant: Grant, claimed: datetime | None) -> datetime:
    """`claimed`, or the latest approved end if the ledger claims a later one, which raises one alarm.

    Raises Refused if no approved end is in the future.
    """
    now = context.clock.now()
    with context.work.begin() as tx:
        asked = _asked(tx, grant)
        began, in_use = collected_at(grant, tx.credentials.of(grant.id)), grant.state is not GrantState.APPROVED
        latest = latest_end(wanted, asked, began, now, in_use=in_use)
    if claimed is not None and latest is not None and claimed <= latest + CLOCK_SKEW:
        return claimed
    if claimed is not None:
        _overstated(context, grant, claimed, latest, now)
    if latest is None:
        raise Refused(Reason.NOT_APPROVER)
    if claimed is None or latest <= now:
        raise Refused(Reason.TOO_LONG, longest=wanted.max_duration)
    return latest


def _asked(tx: Transaction, grant: Grant) -> tuple[Asked, ...]:
    own = tx.requests.get(grant.request)
    requests = (*((own,) if own else ()), *tx.requests.approved_renewals_of(grant.id))
    mine = (each for each in requests if each.owner == grant.owner)
    return tuple(Asked(each, tx.decisions.of(each.id), approval.without_people(tx, each) is not None) for each in mine)


def _overstated(context: Context, grant: Grant, claimed: datetime, latest: datetime | None, now: datetime) -> None:
    facts = _overstatement(claimed, latest)
    with context.work.begin() as tx:
        tx.grants.lock(grant.id)
        if not _said(tx, Tag.GRANT_OVERSTATED, grant, facts):
            tx.record(Tag.GRANT_OVERSTATED, grant.id, by=LATCHKEY, at=now, facts=facts)
            tx.outbox.enqueue(Notice.OVERSTATED, grant.id, *context.catalog.admins)


def _overstatement(claimed: datetime, latest: datetime | None) -> dict[str, str]:
    return {"claimed": claimed.isoformat(), "approved": latest.isoformat() if latest else ""}


def record(context: Context, spec: UserSpec, why: str, *, by: str = LATCHKEY) -> None:
    """Write it down before AWS gets this end. A retry with the same end adds no audit event.

    If `approved_end` shortened the ledger's own date, the ledger takes the shorter one: AWS ends the access then.
    """
    until, now = spec.grant.lease_until, context.clock.now()
    facts = {"until": until.isoformat() if until else "", "for": why}
    with context.work.begin() as tx:
        fresh = tx.grants.lock(spec.grant.id)
        if not _said(tx, Tag.GRANT_LEASE_SET, spec.grant, facts):
            tx.record(Tag.GRANT_LEASE_SET, spec.grant.id, by=by, at=now, facts=facts)
        if fresh is not None and until is not None and fresh.state_at(now) is GrantState.ACTIVE:
            _shorten(tx, fresh, until, now)


def _shorten(tx: Transaction, grant: Grant, until: datetime, now: datetime) -> None:
    """A lease that was renewed since its end was evaluated stays as it is."""
    claimed = grant.lease_until
    if claimed is None or not _said(tx, Tag.GRANT_OVERSTATED, grant, _overstatement(claimed, until)):
        return
    tx.grants.set_lease(grant.id, until)
    facts = {"from": claimed.isoformat(), "until": until.isoformat()}
    tx.record(Tag.GRANT_SHORTENED, grant.id, by=LATCHKEY, at=now, facts=facts)
    tx.outbox.enqueue(Notice.OVERSTATED, grant.id, grant.owner)
    refresh.lease_end(tx, grant)


def _said(tx: Transaction, tag: Tag, grant: Grant, facts: dict[str, str]) -> bool:
    events = [each for each in tx.audit.of(grant.id) if each.tag is tag]
    return bool(events) and dict(events[-1].facts) == facts
