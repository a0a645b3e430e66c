"""Finish what a crash left: intents that nobody works on any more, and keys that nobody may use."""

from bot.domain.catalog import Account, Catalog
from bot.domain.credential import Credential
from bot.domain.errors import AwsError
from bot.domain.events import LATCHKEY, Tag
from bot.domain.grant import Grant
from bot.domain.lifecycle import CredentialState
from bot.domain.schedule import ASK_AWS_AGAIN, CLAIM_ABANDONED, CLAIM_ABANDONED_BY_DEAD, is_alive
from bot.flows.issuing import intent
from bot.ports import Clock, Iam, Transaction, UnitOfWork

MOST = 20  # rows per run: the rest is due again at once


def abandoned(work: UnitOfWork, clock: Clock) -> int:
    """No `issuing` row outlives its claim: discarded when a key id is known (its seed is gone), else failed."""
    now = clock.now()
    with work.begin() as tx:
        rows = tx.credentials.claimed_before(now - CLAIM_ABANDONED_BY_DEAD, MOST * 5)
    done = 0
    for each in rows:
        with work.begin() as tx:
            dead = not is_alive(tx.last_beat(now, each.claimed_by), now)
            if dead or (each.claimed_at is not None and now - each.claimed_at > CLAIM_ABANDONED):
                done += give_up(tx, each, clock, "worker-gone")
    return done


def give_up(tx: Transaction, seen: Credential, clock: Clock, why: str) -> bool:
    """The mint came to nothing and nobody knows how far it got: the orphan pass looks at once."""
    now = clock.now()
    pair = intent.held(tx, seen.id)
    if pair is None or pair[0].state is not CredentialState.ISSUING:
        return False
    after = CredentialState.DISCARDED if pair[0].access_key_id else CredentialState.FAILED
    tx.grants.try_again_at(seen.grant, now)
    return intent.drop_and_tell(tx, pair[0], after, now, why)


def clear_gone(work: UnitOfWork, clock: Clock, iam: Iam, catalog: Catalog) -> int:
    """Keys that nobody may use any more: Inactive, deleted, seen to be gone; then their slot is free."""
    with work.begin() as tx:
        rows = [(each, tx.grants.get(each.grant)) for each in tx.credentials.not_gone(clock.now(), MOST)]
    done = 0
    for each, grant in rows:
        account = catalog.accounts.get(grant.account) if grant else None
        if grant is not None and account is not None:
            done += remove_key(work, clock, iam, account, grant, each)
        else:
            ask_again(work, clock, each)
    return done


def remove_key(
    work: UnitOfWork, clock: Clock, iam: Iam, account: Account, grant: Grant, credential: Credential
) -> bool:
    """Inactive, then deleted. False when AWS did not let us: it stays due, behind the others."""
    with work.begin() as tx:
        row = tx.credentials.get(credential.id)
    if row is None or row.access_key_id is None:
        return False
    if row.gone_at is not None:
        return True
    try:
        iam.set_active(account, grant.iam_user, row.access_key_id, active=False, by=LATCHKEY)
        iam.delete_key(account, grant.iam_user, row.access_key_id, by=LATCHKEY)
        left = iam.keys_of(account, grant.iam_user) or ()
    except AwsError:
        left = None
    if left is None or any(each.id == row.access_key_id for each in left):
        ask_again(work, clock, row)
        return False
    now = clock.now()
    with work.begin() as tx:
        tx.credentials.set(row.id, gone_at=now)
        tx.record(Tag.CREDENTIAL_GONE, row.id, by=LATCHKEY, at=now, facts={"key": row.access_key_id})
    return True


def ask_again(work: UnitOfWork, clock: Clock, row: Credential) -> None:
    with work.begin() as tx:
        tx.credentials.set(row.id, next_try_at=clock.now() + ASK_AWS_AGAIN)
