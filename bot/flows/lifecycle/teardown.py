"""Tear down a grant that is over: delete its IAM user and everything on it, and retry until nothing is left in AWS."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from bot.domain import batch_size, retry
from bot.domain.catalog import Kind
from bot.domain.credential import Credential, still_running
from bot.domain.errors import AwsError, AwsRefused, StillStands
from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.grant import Grant
from bot.domain.ids import AccessKeyId, GrantId
from bot.domain.incomplete_teardown import Works, written
from bot.domain.lifecycle import CredentialState
from bot.flows import findings, refresh
from bot.flows.context import AwsContext, Context
from bot.ports import UnitOfWork

PATIENCE = timedelta(minutes=15)  # until an AWS that doesn't answer is reported
ENDS = frozenset({CredentialState.REVEALED, CredentialState.LIVE, CredentialState.RETIRING})
NO_ACCOUNT = "the catalog no longer names its account"


def tear_down(context: AwsContext) -> int:
    """Every grant that is over and may still have something in AWS. Each step is harmless when repeated."""
    with context.work.begin() as tx:
        due = tx.grants.to_tear_down(context.clock.now(), batch_size.AWS_ROWS)
    return sum(_tear_down(context, each) for each in due)


def _tear_down(context: AwsContext, grant: Grant) -> bool:
    with context.work.begin() as tx:
        # Before the call: whatever it does, the next run goes on with the others.
        policy = retry.AWS_REFUSES if grant.stuck_on else retry.AWS
        tx.grants.try_again_at(grant.id, retry.next_attempt(context.clock.now(), policy))
        rows = tx.credentials.of(grant.id)
    if any(each.kind is Kind.ACCESS_KEY for each in rows):
        account = context.catalog.accounts.get(grant.account)
        if account is None:
            return _mark_stuck(context, grant, written(Works.UNKNOWN, [NO_ACCOUNT]))
        try:
            devices = tuple(each.device for each in rows if each.device)
            context.iam.tear_down(grant, account, keys=_keys(rows), devices=devices, by=LATCHKEY)
        except StillStands as still:
            return _mark_stuck(context, grant, written(still.works, still.steps))
        except AwsRefused as refused:
            return _mark_stuck(context, grant, _unknown(refused))
        except AwsError as error:  # no answer, or throttled: nobody needs to act yet
            silent = grant.ended_at is not None and context.clock.now() - grant.ended_at > PATIENCE
            return silent and _mark_stuck(context, grant, _unknown(error))
    return _torn_down(context.work, grant, context.clock.now())


def _keys(rows: Sequence[Credential]) -> tuple[AccessKeyId, ...]:
    """Those not yet known to be deleted."""
    keys = (each for each in rows if each.kind is Kind.ACCESS_KEY and each.gone_at is None)
    return tuple(each.access_key_id for each in keys if each.access_key_id)


def _unknown(error: AwsError) -> str:
    return written(Works.UNKNOWN, [f"{error.call}: {error.code}"])


def _mark_stuck(context: Context, grant: Grant, on: str) -> bool:
    """An admin has to fix what AWS refuses. Each refusal is reported once."""
    with context.work.begin() as tx:
        if tx.grants.mark_stuck(grant.id, on):
            tx.outbox.enqueue(Notice.STUCK, grant.id, *context.catalog.admins)
            for notice in (Notice.GRANT, Notice.GRANT_ENDED):
                tx.outbox.refresh(notice, grant.id)
            refresh.reported(tx, grant.id)
    return False


def _torn_down(work: UnitOfWork, grant: Grant, now: datetime) -> bool:
    """Record that nothing is left, unless a mint is still in progress: then check again when it has ended."""
    with work.begin() as tx:
        fresh = tx.grants.lock(grant.id)
        rows = tx.credentials.of(grant.id)
        if any(each.state is CredentialState.ISSUING for each in rows):
            tx.grants.try_again_at(grant.id, retry.next_attempt(now, retry.MINT_IN_PROGRESS))
            return False
        if running := still_running(rows, now):  # their messages say until when they work
            tx.grants.try_again_at(grant.id, min(each.ends_at or now for each in running))
            return False
        for each in rows:
            if each.state in ENDS:
                tx.transition(each.id, each.state, CredentialState.DELETED, by=LATCHKEY, at=now)
            if each.gone_at is None:
                tx.credentials.set(each.id, gone_at=now)
            if each.device and each.device_gone_at is None:
                tx.credentials.set(each.id, device_gone_at=now)
            findings.close_for_credential(tx, each.id, now)
        tx.grants.mark_torn_down(grant.id, now)
        if any(_young(each, now) for each in rows):
            tx.grants.try_again_at(grant.id, retry.next_attempt(now, retry.NEW_USER_UNSEEN))
        if fresh is not None and fresh.torn_down_at is None:
            tx.record(Tag.GRANT_TORN_DOWN, grant.id, by=LATCHKEY, at=now)
        for notice in (Notice.GRANT, Notice.GRANT_ENDED, Notice.STUCK):
            tx.outbox.refresh(notice, grant.id)
        refresh.reported(tx, grant.id)
    return True


def _young(row: Credential, now: datetime) -> bool:
    """IAM may not show its user yet, so "no such user" is checked once more."""
    recent = row.claimed_at is not None and now - row.claimed_at < retry.wait(retry.NEW_USER_UNSEEN)
    return recent and row.kind is Kind.ACCESS_KEY


def strays(context: AwsContext) -> int:
    """Tear down again users that exist although their grant is torn down: IAM lists new users late."""
    done = 0
    for account in context.catalog.accounts.values():
        if account.boundary_arn is None:
            continue
        try:
            names = context.iam.users_under(account)
        except AwsError:
            continue
        for name in names:
            with context.work.begin() as tx:
                grant = tx.grants.get(GrantId(name.removeprefix("latchkey-")))
                if grant is not None and grant.torn_down_at is not None:
                    tx.grants.try_again_at(grant.id, context.clock.now())
                    done += 1
    return done
