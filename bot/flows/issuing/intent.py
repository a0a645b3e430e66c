"""The intent to mint: written before the AWS call that can't be undone, and dropped if it leads to nothing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from bot.domain.catalog import Kind
from bot.domain.credential import Credential, Outcome
from bot.domain.errors import Reason, Refused
from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.grant import Grant
from bot.domain.ids import ID_BYTES, CredentialId, fresh_id
from bot.domain.issuing.pause import PAUSED
from bot.domain.lifecycle import UNDER_WAY, CredentialState, GrantState
from bot.domain.schedule import CLAIM_WITHIN, is_alive
from bot.flows.keys import leaked
from bot.ports import Entropy, Transaction

STANDS = frozenset({GrantState.APPROVED, GrantState.ACTIVE})


def may_issue(tx: Transaction, now: datetime) -> None:
    """Raises Refused while issuing is paused or no worker is alive."""
    if tx.flag(PAUSED):
        raise Refused(Reason.PAUSED)
    if not is_alive(tx.last_beat(now), now):
        raise Refused(Reason.NO_WORKER)


@dataclass(frozen=True, slots=True)
class Window:
    """Where the owner waits for the link. If there are two windows, the one opened last gets it."""

    id: str
    opened_at: datetime


def lock(tx: Transaction, grant: Grant, now: datetime) -> Grant:
    """Lock a grant that is still active at this moment, and read it again. Raises Refused."""
    fresh = tx.grants.lock(grant.id)
    if fresh is None:
        raise Refused(Reason.NOT_FOUND)
    if fresh.state_at(now) not in STANDS:
        raise Refused(Reason.GRANT_OVER, state=fresh.stands(now))
    return fresh


def held(tx: Transaction, credential: CredentialId) -> tuple[Credential, Grant] | None:
    """Both as they are now, under the grant's lock: what was read before it may be outdated."""
    seen = tx.credentials.get(credential)
    grant = tx.grants.lock(seen.grant) if seen else None
    fresh = tx.credentials.get(credential)
    return (fresh, grant) if fresh and grant else None


def intend(tx: Transaction, entropy: Entropy, grant: Grant, kind: Kind, window: Window, now: datetime) -> Credential:
    """A new `issuing` row; fixes the lease while the grant is uncollected.

    Raises Refused if one is under way, or if a key of the same user leaked.
    """
    if kind is Kind.ACCESS_KEY:  # the incident's replacement goes on a user of its own
        leaked.must_not_be(tx, [each.access_key_id for each in tx.credentials.of(grant.id)])
    wanted = Credential(
        id=CredentialId(fresh_id(entropy.bytes(ID_BYTES))),
        grant=grant.id,
        kind=kind,
        state=CredentialState.ISSUING,
        made_at=now,
        wanted_until=now + CLAIM_WITHIN,
        view_id=window.id,
        view_at=window.opened_at,
    )
    if not tx.credentials.add(wanted):
        raise Refused(Reason.UNDER_WAY)
    if grant.state is GrantState.APPROVED:
        tx.grants.set_lease(grant.id, now + grant.duration)
    tx.record(Tag.CREDENTIAL_ISSUING, wanted.id, by=grant.owner, at=now, facts={"grant": grant.id})
    return wanted


def under_way(credentials: Iterable[Credential]) -> Credential | None:
    return next((each for each in credentials if each.state in UNDER_WAY), None)


def settle_earlier(
    tx: Transaction, grant: Grant, earlier: Credential | None, window: Window, now: datetime
) -> Credential | None:
    """What a second press does to the first: wait with it (returned), replace it, or report its outcome."""
    if earlier is None:
        return None
    if earlier.state is CredentialState.ISSUING:
        if earlier.claimed_at is not None or earlier.wanted_until > now:
            newer = tx.credentials.show_in(earlier.id, window.id, window.opened_at)
            redraw(tx, earlier.id, earlier.view_id if newer else window.id)
            return earlier
        ended = drop(tx, earlier, CredentialState.FAILED, now, by=grant.owner)
    elif earlier.state is CredentialState.SEALED:
        ended = drop(tx, earlier, CredentialState.DISCARDED, now, by=grant.owner, outcome=Outcome.REPLACED)
    elif earlier.counts_as_held(now):
        raise Refused(
            Reason.REVEALED,
            credential=earlier.id,
            at=earlier.revealed_at,
            ip=earlier.revealed_ip,
            browser=earlier.revealed_browser,
        )
    else:  # a session past its own end
        ended = tx.transition(earlier.id, earlier.state, CredentialState.DELETED, by=grant.owner, at=now)
    if not ended:
        raise Refused(Reason.SOMEBODY_WAS_FIRST, state=earlier.state)
    return None


def redraw(tx: Transaction, credential: CredentialId, view_id: str | None) -> None:
    """Update the window that shows or awaits the link with the outcome. The link itself is never sent this way."""
    if view_id:
        tx.outbox.enqueue(Notice.COLLECT_WINDOW, credential, view_id)


def drop(
    tx: Transaction,
    credential: Credential,
    after: CredentialState,
    now: datetime,
    *,
    by: str = LATCHKEY,
    outcome: Outcome = Outcome.DISCARDED,
) -> bool:
    """End an intent that led to nothing (failed or discarded), with its envelope, and free an uncollected lease."""
    if not tx.transition(credential.id, credential.state, after, by=by, at=now):
        return False
    tx.envelopes.destroy(credential.id, outcome, now)
    redraw(tx, credential.id, credential.view_id)
    grant = tx.grants.get(credential.grant)
    if grant is not None and grant.state is GrantState.APPROVED:
        tx.grants.set_lease(grant.id, None)
    return True


def drop_and_notify(
    tx: Transaction,
    credential: Credential,
    after: CredentialState,
    now: datetime,
    why: str,
    *,
    outcome: Outcome = Outcome.DISCARDED,
) -> bool:
    """The same, and ask the owner to press Collect again while there is something to collect."""
    if not drop(tx, credential, after, now, outcome=outcome):
        return False
    tx.credentials.set(credential.id, why=why)
    grant = tx.grants.get(credential.grant)
    if grant is not None and grant.state_at(now) in STANDS:
        tx.outbox.enqueue(Notice.COLLECT_AGAIN, credential.id, grant.owner)
    return True
