"""Conditions for a row to be due. A partial index and the query that uses it share one of these as their WHERE.

They are literal SQL: neither database uses a partial index for a condition given as a parameter.
"""

from sqlalchemy import Index, TextClause, text

from bot.domain.lifecycle import AdoptedState, CredentialState, GrantState, IncidentState


def _in(*states: CredentialState | GrantState | AdoptedState) -> str:
    listed = ", ".join(f"'{each}'" for each in states)
    return f"state IN ({listed})"


GRANT_OPEN = text(_in(GrantState.APPROVED, GrantState.ACTIVE))
GRANT_ACTIVE = text(f"state = '{GrantState.ACTIVE}'")
GRANT_OVER = text(_in(GrantState.LAPSED, GrantState.EXPIRED, GrantState.REVOKED))
GRANT_ENDING = text(f"state = '{GrantState.ACTIVE}' AND ending_due_at IS NOT NULL")
GRANT_TEARING_DOWN = text("next_try_at IS NOT NULL AND torn_down_at IS NULL AND ended_at IS NOT NULL")

CREDENTIAL_LIVE = text(f"state = '{CredentialState.LIVE}'")
CREDENTIAL_RETIRING = text(f"state = '{CredentialState.RETIRING}'")
CREDENTIAL_DELETE_ASKED = text(f"state = '{CredentialState.RETIRING}' AND delete_by IS NOT NULL")
CREDENTIAL_HELD = text(_in(CredentialState.LIVE, CredentialState.RETIRING))
TRIED_AGAIN = text("next_try_at IS NOT NULL")
PENDING = text("pending_action IS NOT NULL")
CREDENTIAL_LEFT_IN_AWS = text(
    f"kind = 'access_key' AND access_key_id IS NOT NULL AND gone_at IS NULL AND "
    f"{_in(CredentialState.DISCARDED, CredentialState.FAILED, CredentialState.DELETED)}"
)
DEVICE_LEFT_IN_AWS = text(
    f"device IS NOT NULL AND device_gone_at IS NULL AND ({_in(CredentialState.FAILED, CredentialState.DISCARDED)} "
    f"OR live_at IS NULL AND {_in(CredentialState.RETIRING, CredentialState.DELETED)})"
)

MEMBERS_USER = text("gone_at IS NULL AND member_at IS NOT NULL")

REPLACING = text("replaces IS NOT NULL AND taken_over_at IS NULL")

RULED = text("rule IS NOT NULL")

PREAPPROVAL_OPEN = text("ended_at IS NULL")

REVIEW_OPEN = text("closed_at IS NULL")

REPLACEMENT_WATCHED = text("ended_at IS NULL")
REPLACEMENT_ENDED = text("ended_at IS NOT NULL")

ADOPTED_ON = text(f"state = '{AdoptedState.ON}'")
ADOPTED_OFF = text(f"state = '{AdoptedState.OFF}'")
ADOPTED_DELETE_ASKED = text(f"state = '{AdoptedState.OFF}' AND delete_by IS NOT NULL")
ADOPTED_HELD = text(f"state <> '{AdoptedState.GONE}'")

INCIDENT_OPEN = text(f"state <> '{IncidentState.CLOSED}'")
INCIDENT_UNKNOWN = text(f"state <> '{IncidentState.CLOSED}' AND (whose = 'unknown' OR proof IS NOT NULL)")
INCIDENT_PAGING = text(f"state = '{IncidentState.REPORTED}' AND page_at IS NOT NULL")
INCIDENT_ESCALATING = text(f"state <> '{IncidentState.CLOSED}' AND escalate_at IS NOT NULL")
INCIDENT_CONTAINING = text(f"state = '{IncidentState.CONTAINING}'")
INCIDENT_CHECKING = text(f"state = '{IncidentState.CONTAINED}' AND check_at IS NOT NULL")
INCIDENT_READING = text(f"state <> '{IncidentState.CLOSED}' AND activity_at IS NOT NULL")
INCIDENT_REACTIVATING = text(
    f"state = '{IncidentState.CONTAINED}' AND reactivate_at IS NOT NULL AND reactivated_at IS NULL"
)

ENVELOPE_UNERASED = text("erased_at IS NULL")
OUTBOX_DONE = text("wanted <= done")
CLOSED = text("closed_at IS NOT NULL")
GONE = text("gone_at IS NOT NULL")
USAGE_ASKED = text("answered_at IS NULL")
FLAG_ENDS = text("at IS NOT NULL")

DIFFERENCE_UNREPORTED = text("closed_at IS NULL AND told_at IS NULL")


def partial(name: str, condition: TextClause, *columns: str) -> Index:
    """A partial index on the rows that meet the condition, on both databases."""
    return Index(name, *columns, sqlite_where=condition, postgresql_where=condition)
