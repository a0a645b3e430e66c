"""Apply an approved renewal: first IAM's Deny gets the new date, then the ledger. Each step can be repeated.

A crash leaves an intent whose claim expires. If AWS refuses, the ledger keeps its date, and AWS is set back to it. A
grant that ends meanwhile stays ended.
"""

from dataclasses import dataclass
from datetime import datetime

from bot.domain import batch_size, retry
from bot.domain.authorization import approved_duration
from bot.domain.catalog import Kind
from bot.domain.credential import Credential
from bot.domain.errors import AwsError, AwsRefused, Reason, Refused
from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.grant import Grant
from bot.domain.ids import CredentialId, RequestId
from bot.domain.lifecycle import CredentialState, GrantState
from bot.domain.schedule import RENEW_CLAIM
from bot.flows import refresh
from bot.flows.context import AwsContext
from bot.flows.issuing import lease, recheck
from bot.flows.requests import renew
from bot.ports import Transaction, UserSpec

GONE = "NoSuchEntity"


@dataclass(frozen=True, slots=True)
class _Renewal:
    """One claimed intent. `grant` is as it was then; `claim` tells this worker whether the renewal is still its own."""

    context: AwsContext
    grant: Grant
    in_aws: bool  # sessions have nothing there
    known: frozenset[CredentialId]  # claimed by a mint before
    claim: datetime


def extend(context: AwsContext) -> int:
    """Every approved renewal, and every date that AWS is to be set back to. Returns how many leases changed."""
    with context.work.begin() as tx:
        due = tx.grants.to_renew(context.clock.now(), batch_size.AWS_ROWS)
    done = 0
    for each in due:
        claimed = _claim(context, each)
        if claimed is not None:
            done += _put_back(claimed) if claimed.grant.renew_request is None else _extend(claimed)
    return done


def _claim(context: AwsContext, seen: Grant) -> _Renewal | None:
    """Not during a mint: that may still write the date that it began with."""
    now = context.clock.now()
    with context.work.begin() as tx:
        fresh = tx.grants.lock(seen.id)
        if fresh is None or not _wanted(fresh, now) or (fresh.renew_try_at and fresh.renew_try_at > now):
            return None
        rows = tx.credentials.of(seen.id)
        if any(_minting(each) for each in rows):
            tx.grants.renew_try_at(seen.id, retry.next_attempt(now, retry.MINT_IN_PROGRESS))
            return None
        claim = now + RENEW_CLAIM
        tx.grants.renew_try_at(seen.id, claim)
    in_aws = any(each.kind is Kind.ACCESS_KEY for each in rows)
    known = frozenset(each.id for each in rows if each.claimed_at)
    return _Renewal(context, fresh, in_aws, known, claim)


def _wanted(grant: Grant, now: datetime) -> bool:
    return grant.renew_until is not None and grant.state_at(now) is GrantState.ACTIVE


def _minting(row: Credential) -> bool:
    return row.state is CredentialState.ISSUING and row.claimed_at is not None


def _extend(job: _Renewal) -> bool:
    try:
        spec = recheck.renewal(job.context, job.grant)
        lease.record(job.context, spec, "renewal")
        if job.in_aws:
            job.context.iam.extend(spec, by=job.grant.owner)
    except Refused as refusal:
        if refusal.reason is Reason.PEOPLE_UNREADABLE:
            return _later(job, retry.AWS)
        return _give_up(job, refusal.reason.value)
    except AwsRefused as refused:
        return _give_up(job, f"aws:{refused.code or refused.call}")
    except AwsError:  # no answer, or throttled: try again
        return _later(job, retry.AWS)
    return _write_down(job, spec)


def _write_down(job: _Renewal, spec: UserSpec) -> bool:
    now = job.context.clock.now()
    with job.context.work.begin() as tx:
        fresh = _still_mine(tx, job, now)
        if fresh is None:
            return False
        if fresh.renew_request != job.grant.renew_request:  # a longer one was approved meanwhile: it goes next
            tx.grants.renew_try_at(fresh.id, None)
            return False
        if any(each.claimed_at and each.id not in job.known for each in tx.credentials.of(fresh.id)):
            tx.grants.renew_try_at(fresh.id, retry.next_attempt(now, retry.MINT_IN_PROGRESS))
            return False
        request, until = tx.requests.get(fresh.renew_request or RequestId("")), spec.grant.lease_until
        if request is None or until is None:
            return False
        lasts = approved_duration(request.duration, tx.decisions.of(request.id))
        tx.grants.complete_renewal(fresh.id, until, lasts)
        facts = {"request": request.id, "until": until.isoformat()}
        tx.record(Tag.GRANT_RENEWED, fresh.id, by=LATCHKEY, at=now, facts=facts)
        refresh.request(tx, request.id)
        tx.outbox.enqueue(Notice.OUTCOME, request.id, fresh.owner)
        refresh.lease_end(tx, fresh)
    return True


def _give_up(job: _Renewal, why: str) -> bool:
    """The ledger keeps its date and the owner reads why. AWS is set back, as an earlier try may have reached it."""
    now = job.context.clock.now()
    with job.context.work.begin() as tx:
        fresh = _still_mine(tx, job, now)
        if fresh is None or fresh.renew_request is None:
            return False
        if fresh.renew_request == job.grant.renew_request:
            tx.grants.set_renewal(fresh.id, fresh.lease_until if job.in_aws else None, None)
            renew.not_renewed(tx, fresh, fresh.renew_request, why, now)
        tx.grants.renew_try_at(fresh.id, None)
        tx.outbox.refresh(Notice.GRANT, fresh.id)
    return False


def _put_back(job: _Renewal) -> bool:
    """Set AWS to the ledger's date, as far as that was approved."""
    try:
        spec = recheck.put_back(job.context, job.grant)
        lease.record(job.context, spec, "put-back")
        job.context.iam.extend(spec, by=LATCHKEY)
    except Refused as refusal:
        if refusal.reason is Reason.ENTITLEMENT_GONE:
            return _later(job, retry.AWS_REFUSES)
        # else nothing that was approved lies ahead: AWS keeps its date, an alarm was raised, and the comparison goes on
    except AwsRefused as refused:
        if refused.code != GONE:
            return _later(job, retry.AWS_REFUSES)
    except AwsError:
        return _later(job, retry.AWS)
    with job.context.work.begin() as tx:
        fresh = _still_mine(tx, job, job.context.clock.now())
        if fresh is not None:
            if fresh.renew_request is None:
                tx.grants.set_renewal(fresh.id, None, None)
            tx.grants.renew_try_at(fresh.id, None)
    return False


def _later(job: _Renewal, policy: retry.Policy) -> bool:
    now = job.context.clock.now()
    with job.context.work.begin() as tx:
        fresh = _still_mine(tx, job, now)
        if fresh is not None:
            tx.grants.renew_try_at(fresh.id, retry.next_attempt(now, policy))
    return False


def _still_mine(tx: Transaction, job: _Renewal, now: datetime) -> Grant | None:
    """The grant as it is now, if it is active and no other worker took the renewal over.

    If one did, this worker's call may have come after theirs, so AWS is set to the right date once more.
    """
    fresh = tx.grants.lock(job.grant.id)
    if fresh is None or fresh.state_at(now) is not GrantState.ACTIVE:
        return None
    if fresh.renew_try_at == job.claim:
        return fresh
    if job.in_aws:
        if fresh.renew_until is None:
            tx.grants.set_renewal(fresh.id, fresh.lease_until, None)
        tx.grants.renew_try_at(fresh.id, None)
    return None
