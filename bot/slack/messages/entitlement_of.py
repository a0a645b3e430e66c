"""Which entitlement or account a message is about: its approvers are asked where its channel can't be reached."""

from collections.abc import Callable

from bot.domain.events import Notice
from bot.domain.ids import AccountName, CredentialId, EntitlementId, GrantId, RequestId
from bot.domain.subjects import row_id
from bot.ports import Transaction


def _of_request(tx: Transaction, subject: str) -> EntitlementId | None:
    found = tx.requests.get(RequestId(row_id(subject)))
    return found.entitlement if found else None


def _of_credential(tx: Transaction, subject: str) -> EntitlementId | None:
    row = tx.credentials.get(CredentialId(row_id(subject)))
    grant = tx.grants.get(row.grant) if row else None
    return grant.entitlement if grant else None


def _of_lease(tx: Transaction, subject: str) -> EntitlementId | None:
    grant = tx.grants.get(GrantId(row_id(subject)))
    return grant.entitlement if grant else None


def _of_difference(tx: Transaction, subject: str) -> EntitlementId | None:
    row = tx.differences.get(subject)
    grant = tx.grants.get(row.grant) if row else None
    return grant.entitlement if grant else None


def _of_adopted(tx: Transaction, subject: str) -> AccountName | None:
    row = tx.adopted.get(row_id(subject))
    return row.account if row else None


def _of_incident(tx: Transaction, subject: str) -> AccountName | None:
    row = tx.incidents.get(row_id(subject))
    return row.account if row else None


OF_ACCOUNT: dict[Notice, Callable[[Transaction, str], AccountName | None]] = {
    Notice.ADOPTED_UNDO: _of_adopted,
    Notice.ADOPTED_END: _of_adopted,
    Notice.INCIDENT: _of_incident,
    Notice.INCIDENT_ALARM: _of_incident,
}
ASKING = frozenset({Notice.APPROVAL, Notice.REMINDER, Notice.ESCALATION})  # approvers to decide a request
ABOUT: dict[Notice, Callable[[Transaction, str], EntitlementId | None]] = {
    Notice.APPROVAL: _of_request,
    Notice.REMINDER: _of_request,
    Notice.ESCALATION: _of_request,
    Notice.BREAK_GLASS: _of_request,
    Notice.REVIEW: _of_request,
    Notice.STRETCHED: _of_credential,
    Notice.DISOWNED: _of_credential,
    Notice.GRANT_IN_USE: _of_lease,
    Notice.DIFFERENCE: _of_difference,
}
