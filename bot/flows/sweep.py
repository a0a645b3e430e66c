"""Act on rows that are due: lapse, expire, discard, ask, retire, delete. Idempotent; deadlines are rows."""

from bot.domain.catalog import Catalog
from bot.domain.credential import Credential
from bot.domain.errors import AwsError
from bot.domain.events import LATCHKEY, Notice
from bot.domain.grant import Grant
from bot.domain.lifecycle import CredentialState, GrantState, RequestState
from bot.domain.schedule import ENDING_NOTICE, HELD_AFTER, IN_USE_WITHIN, RECEIPT_WITHIN
from bot.flows import intent, reveal
from bot.flows.reconcile import RETRY, remove_key
from bot.flows.revoke import end
from bot.flows.rotate import OFF
from bot.ports import Clock, Iam, Work

MOST = 100
DESTRUCTIVE_MOST = 20  # acts of hygiene or rotation per run


def lapse_requests(work: Work, clock: Clock) -> int:
    """Not decided in time: the requester hears of it."""
    now = clock.now()
    done = 0
    with work.begin() as tx:
        for each in tx.requests.due(now, MOST):
            if tx.move(each.id, RequestState.REQUESTED, RequestState.LAPSED, by=LATCHKEY, at=now):
                tx.outbox.again(Notice.APPROVAL, each.id)
                tx.outbox.again(Notice.RECEIPT, each.id)
                tx.outbox.want(Notice.OUTCOME, each.id, each.requester)
                done += 1
    return done


def lapse_grants(work: Work, clock: Clock) -> int:
    """Not collected in time, and no collect under way."""
    now = clock.now()
    done = 0
    with work.begin() as tx:
        for each in tx.grants.uncollected_past(now, MOST):
            if intent.under_way(tx.credentials.of(each.id)) is None:
                done += end(tx, each, GrantState.LAPSED, by=LATCHKEY, now=now)
                tx.outbox.want(Notice.GRANT_ENDED, each.id, each.owner)
    return done


def expire(work: Work, clock: Clock) -> int:
    """The lease is over: no undo. The tear-down is due at once; IAM's own Deny has already ended it."""
    now = clock.now()
    done = 0
    with work.begin() as tx:
        for each in tx.grants.ended_leases(now, MOST):
            done += end(tx, each, GrantState.EXPIRED, by=LATCHKEY, now=now)
            tx.outbox.want(Notice.GRANT_ENDED, each.id, each.owner)
    return done


def announce_endings(work: Work, clock: Clock) -> int:
    """One DM a day before the end, by state: a worker that slept sends it late, once. Short leases need none."""
    now = clock.now()
    done = 0
    with work.begin() as tx:
        for each in tx.grants.ending_before(now + ENDING_NOTICE, MOST):
            if tx.grants.told_ending(each.id, now) and each.duration > ENDING_NOTICE:
                tx.outbox.want(Notice.GRANT_ENDING, each.id, each.owner)
                done += 1
    return done


def fail_unclaimed(work: Work, clock: Clock) -> int:
    """No worker took the intent within 30 s: it is never minted."""
    now = clock.now()
    with work.begin() as tx:
        rows = tx.credentials.unclaimed_past(now, MOST)
        return sum(intent.drop_and_tell(tx, each, CredentialState.FAILED, now, "unclaimed") for each in rows)


def discard_sealed(work: Work, clock: Clock) -> int:
    """Not revealed in ten minutes: the envelope goes now, the key in AWS with the next reconcile."""
    now = clock.now()
    done = 0
    with work.begin() as tx:
        for each in tx.credentials.sealed_past(now, MOST):
            tx.envelopes.destroy(each.id, "expired", now)
            done += intent.drop_and_tell(tx, each, CredentialState.DISCARDED, now, "not-opened")
    return done


def ask_receipt(work: Work, clock: Clock) -> int:
    """Revealed without a receipt for ten minutes: "Did you get it?", once."""
    now = clock.now()
    done = 0
    with work.begin() as tx:
        for each in tx.credentials.revealed_before(now - RECEIPT_WITHIN, MOST):
            grant = tx.grants.get(each.grant)
            if grant and tx.once(f"asked/{each.id}", now, now.replace(year=2000)):
                tx.outbox.want(Notice.DID_YOU_GET_IT, each.id, grant.owner)
                done += 1
    return done


def settle_revealed(work: Work, clock: Clock, catalog: Catalog) -> int:
    """Nobody answered for a day: it counts as live."""
    now = clock.now()
    with work.begin() as tx:
        rows = tx.credentials.revealed_before(now - HELD_AFTER, MOST)
        return sum(reveal.settle(tx, catalog, each, now, by=LATCHKEY) for each in rows)


# --- with AWS -----------------------------------------------------------------------------------------------------


def carry_out_wishes(work: Work, clock: Clock, iam: Iam, catalog: Catalog) -> int:
    """Switch off now, Undo: what somebody pressed and AWS has yet to hear."""
    with work.begin() as tx:
        rows = [(each, tx.grants.get(each.grant)) for each in tx.credentials.wished(DESTRUCTIVE_MOST)]
    return sum(_switch(work, clock, iam, catalog, each, grant, each.wish == OFF) for each, grant in rows if grant)


def _switch(work: Work, clock: Clock, iam: Iam, catalog: Catalog, row: Credential, grant: Grant, off: bool) -> bool:
    account = catalog.accounts.get(grant.account)
    if account is None or row.access_key_id is None or grant.state_at(clock.now()) is not GrantState.ACTIVE:
        return False
    by = row.wished_by or LATCHKEY
    try:
        iam.set_active(account, grant.iam_user, row.access_key_id, active=not off, by=by)
    except AwsError:
        return False
    now = clock.now()
    before, after = CredentialState.LIVE, CredentialState.RETIRING
    with work.begin() as tx:
        tx.credentials.set(row.id, wish=None, retire_at=None, delete_at=now + catalog.hygiene.undo if off else None)
        moved = tx.move(row.id, before if off else after, after if off else before, by=by, at=now)
        tx.outbox.again(Notice.ROTATED, row.id)
        tx.outbox.again(Notice.GRANT, grant.id)
    return moved


def retire_due(work: Work, clock: Clock, iam: Iam, catalog: Catalog) -> int:
    """The overlap is over. A key used in the last 24 h, or of unknown use, is not touched: the clock stretches."""
    now = clock.now()
    with work.begin() as tx:
        rows = [(each, tx.grants.get(each.grant)) for each in tx.credentials.retire_due(now, DESTRUCTIVE_MOST)]
    done = 0
    for each, grant in rows:
        if grant is None or each.access_key_id is None:
            continue
        pause = None
        try:
            used = iam.last_used(catalog.accounts[grant.account], each.access_key_id)
            if used.at is not None and now - used.at < IN_USE_WITHIN:
                pause = IN_USE_WITHIN
        except AwsError:
            pause = RETRY * 4
        if pause is None:
            done += _switch(work, clock, iam, catalog, each, grant, True)
            continue
        with work.begin() as tx:
            tx.credentials.set(each.id, retire_at=now + pause)
            tx.outbox.again(Notice.ROTATED, each.id)
    return done


def delete_due(work: Work, clock: Clock, iam: Iam, catalog: Catalog) -> int:
    """Undo is over (or a key was replaced before anybody had it). The live state is read again first."""
    now = clock.now()
    with work.begin() as tx:
        rows = [(each, tx.grants.get(each.grant)) for each in tx.credentials.delete_due(now, DESTRUCTIVE_MOST)]
    done = 0
    for each, grant in rows:
        account = catalog.accounts.get(grant.account) if grant else None
        if grant is None or account is None or not remove_key(work, clock, iam, account, grant, each):
            continue
        with work.begin() as tx:
            done += tx.move(each.id, CredentialState.RETIRING, CredentialState.DELETED, by=LATCHKEY, at=clock.now())
            tx.outbox.again(Notice.ROTATED, each.id)
            tx.outbox.again(Notice.GRANT, grant.id)
    return done
