"""Record that the owner has the credential: the page says so, the owner confirms it, or a day has passed."""

import hashlib
from datetime import datetime

from bot.domain.catalog import Catalog, Kind
from bot.domain.credential import Credential, Outcome
from bot.domain.errors import Reason, Refused
from bot.domain.events import Notice
from bot.domain.grant import Grant
from bot.domain.ids import CredentialId, DeliveryId, EnvelopeId, SlackUserId
from bot.domain.lifecycle import CredentialState as C
from bot.domain.lifecycle import GrantState
from bot.flows.context import Context
from bot.flows.issuing import intent
from bot.flows.issuing.collect import owned
from bot.flows.lifecycle import rotate
from bot.ports import Clock, Transaction, UnitOfWork


def receipt(work: UnitOfWork, clock: Clock, catalog: Catalog, *, envelope: EnvelopeId, proof: bytes) -> bool:
    """True, also when repeated; False for a wrong proof or an envelope that was never revealed."""
    now = clock.now()
    with work.begin() as tx:
        dead = tx.envelopes.tombstone(envelope, hashlib.sha256(proof).digest())
        if dead is None or dead.outcome is not Outcome.REVEALED:
            return False
        pair = intent.held(tx, dead.credential)
        if pair is not None:
            settle(tx, catalog, *pair, now, by=dead.owner)
    return True


def confirm(context: Context, *, credential: CredentialId, by: SlackUserId, delivery: DeliveryId | None) -> bool:
    """The owner's own answer instead of the page's receipt: yes, I got it. False if that was known already.

    Raises Refused, AlreadyDone.
    """
    now = context.clock.now()
    with context.work.begin(delivery) as tx:
        _, grant = owned(tx, credential, by)
        held = intent.lock(tx, grant, now)
        found, _ = owned(tx, credential, by)
        is_new = settle(tx, context.catalog, found, held, now, by=by)
        if not is_new and found.state is not C.LIVE:
            raise Refused(Reason.SOMEBODY_WAS_FIRST, state=found.state)
    return is_new


def settle(tx: Transaction, catalog: Catalog, credential: Credential, grant: Grant, now: datetime, *, by: str) -> bool:
    """revealed → live: the owner has it. The overlap of the older key starts. Does nothing once the grant is over."""
    if grant.state_at(now) is not GrantState.ACTIVE or not tx.transition(
        credential.id, C.REVEALED, C.LIVE, by=by, at=now
    ):
        return False
    if credential.kind is Kind.ACCESS_KEY:
        for each in rotate.others(tx.credentials.of(grant.id), credential):
            rotate.start_overlap(tx, catalog, each, grant.owner, now)
    tx.outbox.refresh(Notice.DID_YOU_GET_IT, credential.id)
    tx.outbox.refresh(Notice.GRANT, credential.grant)
    return True
