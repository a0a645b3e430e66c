"""An open incident, as a press on it finds it: read, and locked and read again; and whether its key is gone."""

from datetime import datetime

from bot.domain.catalog import Kind
from bot.domain.errors import Reason, Refused
from bot.domain.ids import CredentialId, GrantId
from bot.domain.leaks.incident import Incident, Whose
from bot.domain.lifecycle import AdoptedState, RequestState
from bot.flows.context import Context
from bot.ports import Transaction

PENDING = frozenset({RequestState.REQUESTED, RequestState.APPROVED})


def read(context: Context, incident: str) -> Incident:
    """Raises Refused."""
    with context.work.begin() as tx:
        return _open(tx.incidents.get(incident))


def lock(tx: Transaction, incident: str) -> Incident:
    """Raises Refused."""
    return _open(tx.incidents.lock(incident))


def _open(found: Incident | None) -> Incident:
    if found is None:
        raise Refused(Reason.NOT_FOUND)
    if not found.is_open:
        raise Refused(Reason.INCIDENT_CLOSED, by=found.closed_by, at=found.closed_at)
    return found


def is_being_replaced(tx: Transaction, incident: Incident) -> bool:
    """Whether its replacement is requested and may still come, or is there."""
    asked = tx.requests.get(incident.replacement) if incident.replacement else None
    grant = tx.grants.of_request(asked.id) if asked is not None else None
    return asked is not None and asked.state in PENDING and not (grant is not None and grant.is_over)


def key_is_gone(tx: Transaction, incident: Incident, now: datetime) -> bool:
    """Whether AWS has nothing of the leaked key any more, as far as the ledger knows."""
    if incident.whose is Whose.GONE:
        return True
    if (issued := tx.credentials.get(CredentialId(incident.credential)) if incident.credential else None) is not None:
        if issued.kind is Kind.SESSION:
            return issued.revoked_at is not None or (issued.ends_at is not None and issued.ends_at <= now)
        return issued.gone_at is not None
    if incident.found_key is not None:
        found, adopted = tx.inventory.get(incident.found_key), tx.adopted.get(incident.found_key)
        return (found is not None and found.gone_at is not None) or (
            adopted is not None and adopted.state is AdoptedState.GONE
        )
    grant = tx.grants.get(GrantId(incident.grant)) if incident.grant else None
    return grant is not None and grant.torn_down_at is not None
