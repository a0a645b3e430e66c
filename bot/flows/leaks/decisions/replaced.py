"""End the grant of a leaked key once the key that replaces it is live."""

from collections.abc import Iterable
from datetime import datetime

from bot.domain.events import LATCHKEY, Notice
from bot.domain.ids import GrantId
from bot.domain.leaks.incident import Incident
from bot.domain.lifecycle import CredentialState, GrantState
from bot.flows import refresh
from bot.flows.context import Context
from bot.flows.lifecycle import revoke
from bot.ports import Transaction

REPLACED = "It leaked, and its replacement is live."


def revoke_replaced(context: Context) -> int:
    """Returns how many grants it ended."""
    with context.work.begin() as tx:
        replaced = [each for each in tx.incidents.open_all() if each.replacement]
        ready = [each for each in replaced if _is_replaced(tx, each)]
        _show(tx, replaced, context.clock.now())
    return sum(_revoke(context, each) for each in ready)


def _show(tx: Transaction, incidents: Iterable[Incident], now: datetime) -> None:
    """Update the messages of incidents whose replacement has got further."""
    for each in incidents:
        asked = tx.requests.get(each.replacement) if each.replacement else None
        grant = tx.grants.of_request(asked.id) if asked is not None else None
        live = grant is not None and any(key.state is CredentialState.LIVE for key in tx.credentials.of(grant.id))
        stands = f"{asked.state}/{grant.state if grant else ''}/{live}" if asked is not None else ""
        if stands and tx.flag(name := f"leak-replacement/{each.id}") != stands:
            tx.set_flag(name, stands, now)
            refresh.incident(tx, each.id)


def _is_replaced(tx: Transaction, incident: Incident) -> bool:
    """Its grant runs, and the one that was requested in its place has a live key."""
    old = tx.grants.get(GrantId(incident.grant)) if incident.grant and incident.replacement else None
    new = tx.grants.of_request(incident.replacement) if old is not None and incident.replacement else None
    if old is None or old.is_over or new is None or new.id == old.id:
        return False
    return any(each.state is CredentialState.LIVE for each in tx.credentials.of(new.id))


def _revoke(context: Context, incident: Incident) -> bool:
    now = context.clock.now()
    with context.work.begin() as tx:
        old = tx.grants.lock(GrantId(incident.grant or ""))
        fresh = tx.incidents.lock(incident.id)
        if old is None or fresh is None or not fresh.is_open or not _is_replaced(tx, fresh):
            return False  # its key was reactivated meanwhile
        if not revoke.end(tx, old, GrantState.REVOKED, by=LATCHKEY, now=now, facts={"justification": REPLACED}):
            return False
        tx.outbox.enqueue(Notice.GRANT_ENDED, old.id, old.owner)
        refresh.incident(tx, incident.id)
    return True
