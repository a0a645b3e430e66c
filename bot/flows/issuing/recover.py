"""Finish what a crash left: intents that no worker is working on, and keys that nobody may use."""

from bot.domain import batch_size
from bot.domain.credential import Credential
from bot.domain.lifecycle import CredentialState
from bot.domain.schedule import CLAIM_ABANDONED, CLAIM_ABANDONED_BY_DEAD, is_alive
from bot.flows.context import AwsContext, Context
from bot.flows.issuing import intent, removal
from bot.ports import Clock, Transaction


def abandoned(context: Context) -> int:
    """No `issuing` row outlives its claim: discarded when a key id is known (its seed is gone), else failed."""
    now = context.clock.now()
    with context.work.begin() as tx:
        rows = tx.credentials.claimed_before(now - CLAIM_ABANDONED_BY_DEAD, batch_size.AWS_ROWS * 5)
    done = 0
    for each in rows:
        with context.work.begin() as tx:
            dead = not is_alive(tx.last_beat(now, each.claimed_by), now)
            if dead or (each.claimed_at is not None and now - each.claimed_at > CLAIM_ABANDONED):
                done += give_up(tx, each, context.clock, "worker-gone")
    return done


def give_up(tx: Transaction, seen: Credential, clock: Clock, why: str) -> bool:
    """The mint failed and it's unknown how far it got, so the orphan pass checks at once."""
    now = clock.now()
    pair = intent.held(tx, seen.id)
    if pair is None or pair[0].state is not CredentialState.ISSUING:
        return False
    after = CredentialState.DISCARDED if pair[0].access_key_id else CredentialState.FAILED
    tx.grants.try_again_at(seen.grant, now)
    return intent.drop_and_notify(tx, pair[0], after, now, why)


def clear_gone(context: AwsContext) -> int:
    """Remove keys that nobody may use any more. That frees their slots."""
    with context.work.begin() as tx:
        rows = tx.credentials.not_gone(context.clock.now(), batch_size.AWS_ROWS)
    return removal.remove_all(context, rows)
