"""Repair drift: the worker checks AWS again, and does what was pressed only if the difference is still there."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import timedelta

from bot.domain import batch_size, retry
from bot.domain.catalog import Account
from bot.domain.credential import Credential
from bot.domain.drift.difference import Difference
from bot.domain.drift.difference import DifferenceKind as K
from bot.domain.drift.observe import Sighting, at_rest, stands
from bot.domain.errors import AwsError, AwsRefused, Reason, Refused
from bot.domain.events import Notice, Tag
from bot.domain.grant import Grant
from bot.domain.ids import AccessKeyId, SlackUserId
from bot.domain.lifecycle import HELD
from bot.flows.context import AwsContext
from bot.flows.drift import close, policy_versions
from bot.flows.drift.observe import Entry, Run, as_it_was, sightings
from bot.flows.issuing import issued_key, lease, recheck
from bot.flows.keys import leaked
from bot.ports import Transaction, UserSpec

CLAIM = timedelta(minutes=2)  # how long one worker has for a repair before another may take it over
NOTED = frozenset({K.KEY_GONE, K.USER_GONE})  # nothing is done in AWS


@dataclass(frozen=True, slots=True)
class _Job:
    """One claimed press, and the grant as it was then."""

    run: Run
    row: Difference
    by: SlackUserId
    entry: Entry
    account: Account


def carry_out(context: AwsContext) -> int:
    """How many differences were repaired."""
    now = context.clock.now()
    with context.work.begin() as tx:
        due = tx.differences.repairs_due(now, batch_size.AWS_ROWS)
    if not due:
        return 0
    run = Run(context, policy_versions.remember(context))
    return sum(_repair(job) for row in due if (job := _claim(run, row)))


def _claim(run: Run, row: Difference) -> _Job | None:
    """Wait while anything of the grant is in progress."""
    now = run.context.clock.now()
    with run.context.work.begin() as tx:
        grant = tx.grants.lock(row.grant)
        if grant is None or row.pressed_by is None or not tx.differences.claim(row.id, now, now + CLAIM):
            return None
        rows, account = tx.credentials.of(grant.id), run.context.catalog.accounts.get(grant.account)
        if account is None or not at_rest(grant, rows, now):
            tx.differences.set(row.id, next_try_at=retry.next_attempt(now, retry.AWS))
            return None
    return _Job(run, row, row.pressed_by, Entry(grant, rows), account)


def _repair(job: _Job) -> bool:
    """If AWS doesn't answer, try again later. A refusal is shown, and the button may be pressed again."""
    try:
        users = job.run.context.iam.users_seen(job.account, {job.entry.grant.iam_user})
        seen = sightings(job.run, job.account, job.entry, users)
        still = next((each for each in seen if each.what == job.row.what and not each.settled), None)
        if still is None:
            return _over(job)
        ACTS[job.row.kind](job, still)
    except Refused as refusal:
        return _mark_stuck(job, refusal.reason.value)
    except AwsRefused as refused:
        return _mark_stuck(job, f"{refused.call}: {refused.code}")
    except AwsError:
        return _later(job)
    return _repaired(job)


def _later(job: _Job) -> bool:
    with job.run.context.work.begin() as tx:
        tx.differences.set(job.row.id, next_try_at=retry.next_attempt(job.run.context.clock.now(), retry.AWS))
    return False


def _policies(job: _Job, _seen: Sighting) -> None:
    """Policy, boundary or tags, as the worker's own catalog has them."""
    spec = _spec(job)
    lease.record(job.run.context, spec, "repair", by=job.by)
    job.run.context.iam.repair(spec, job.row.kind, by=job.by)


def _spec(job: _Job) -> UserSpec:
    return recheck.standing(job.run.context, job.entry.grant)


def _switch(job: _Job, *, active: bool) -> None:
    user = job.entry.grant.iam_user
    job.run.context.iam.set_active(job.account, user, AccessKeyId(job.row.about), active=active, by=job.by)


def _off(job: _Job, _seen: Sighting) -> None:
    _follow(job, active=False)


def _on(job: _Job, _seen: Sighting) -> None:
    _spec(job)  # as much as a new key would need
    with job.run.context.work.begin() as tx:
        leaked.must_not_be(tx, [AccessKeyId(job.row.about)])  # reported after the button was pressed
    _follow(job, active=True)


def _follow(job: _Job, *, active: bool) -> None:
    """Apply it, then read the ledger: if somebody switched the key here during the call, AWS follows the ledger."""
    _switch(job, active=active)
    with job.run.context.work.begin() as tx:
        row = tx.credentials.by_key(AccessKeyId(job.row.about))
        grant = tx.grants.get(job.row.grant)
    on = (
        row is not None and row.state in HELD and row.pending_action is None and grant is not None and not grant.is_over
    )
    if on is not active:
        _switch(job, active=on)


def _stranger_off(job: _Job, seen: Sighting) -> None:
    """Only if its use was read just now. It is deactivated, never deleted, so that its creator can reactivate it."""
    if "used" in seen.facts:
        _switch(job, active=False)
    else:
        raise Refused(Reason.USE_UNKNOWN)


def _nothing(_job: _Job, _seen: Sighting) -> None:
    """AWS stays as it is; only the ledger is updated."""


ACTS: Mapping[K, Callable[[_Job, Sighting], None]] = {
    K.KEY_GONE: _nothing,
    K.USER_GONE: _nothing,
    K.KEY_ON: _off,
    K.KEY_OFF: _on,
    K.FOREIGN_KEY: _stranger_off,
    K.POLICY: _policies,
    K.BOUNDARY: _policies,
    K.TAGS: _policies,
}


def _repaired(job: _Job) -> bool:
    now, row = job.run.context.clock.now(), job.row
    with job.run.context.work.begin() as tx:
        fresh = tx.grants.lock(row.grant)
        known = tx.differences.get(row.id)
        if fresh is None or known is None or known.repaired_at is not None:
            return False
        if row.kind in NOTED and as_it_was(tx, job.entry, now) is None:
            tx.differences.set(row.id, next_try_at=retry.next_attempt(now, retry.AWS))
            return False
        if row.kind is K.POLICY:
            _right_date(tx, fresh, job.entry.grant)
        for each in _lost(tx, row, fresh) if row.kind in NOTED else ():
            issued_key.deleted(tx, each, now, by=job.by, by_hand=True)
        off = {"facts": {**row.facts, "active": "no"}} if row.kind is K.FOREIGN_KEY else {}
        tx.differences.set(row.id, repaired_by=job.by, repaired_at=now, next_try_at=None, stuck_on=None, **off)
        tx.record(Tag.DIFFERENCE_MENDED, row.grant, by=job.by, at=now, facts=close.facts_of(row))
        tx.outbox.refresh(Notice.DIFFERENCE, row.id)
    return True


def _lost(tx: Transaction, row: Difference, grant: Grant) -> list[Credential]:
    """The keys that the ledger marks as deleted: this one, or all of a user that is gone."""
    keys = [each for each in tx.credentials.of(grant.id) if stands(each)]
    return [each for each in keys if row.kind is K.USER_GONE or each.access_key_id == row.about]


def _right_date(tx: Transaction, fresh: Grant, before: Grant) -> None:
    """If a renewal came between, this repair's Deny may have replaced it: set the ledger's date in AWS once more."""
    if fresh.lease_until == before.lease_until and fresh.renew_until is None:
        return
    if fresh.renew_until is None:
        tx.grants.set_renewal(fresh.id, fresh.lease_until, None)
    tx.grants.renew_try_at(fresh.id, None)


def _mark_stuck(job: _Job, why: str) -> bool:
    """The message says why, and shows its button again."""
    with job.run.context.work.begin() as tx:
        tx.grants.lock(job.row.grant)
        tx.differences.set(job.row.id, pressed_by=None, next_try_at=None, stuck_on=why[:255])
        tx.outbox.refresh(Notice.DIFFERENCE, job.row.id)
    return False


def _over(job: _Job) -> bool:
    """The difference is gone, or another one has replaced it, which is reported separately."""
    now = job.run.context.clock.now()
    with job.run.context.work.begin() as tx:
        if as_it_was(tx, job.entry, now) is not None:
            close.close(tx, job.row, now)
            return False
    return _later(job)
