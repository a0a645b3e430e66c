"""The states of a request, grant, credential, adopted key and incident: who moves next, and each allowed transition."""

from enum import StrEnum


class RequestState(StrEnum):
    REQUESTED = "requested"  # approvers decide
    APPROVED = "approved"  # final: it created or renewed a grant
    DECLINED = "declined"  # final
    CANCELLED = "cancelled"  # final: the requester or owner cancelled it
    LAPSED = "lapsed"  # final: not decided in time


class GrantState(StrEnum):
    APPROVED = "approved"  # the owner collects
    ACTIVE = "active"  # the owner uses, rotates, renews or gives back
    LAPSED = "lapsed"  # final: not collected in time
    EXPIRED = "expired"  # the worker tears it down
    REVOKED = "revoked"  # the worker tears it down


class CredentialState(StrEnum):
    ISSUING = "issuing"  # the worker mints
    SEALED = "sealed"  # the owner opens it, within ten minutes
    REVEALED = "revealed"  # the page sends its receipt
    LIVE = "live"  # the owner uses it
    RETIRING = "retiring"  # Inactive in AWS; the owner may undo until delete_at
    DELETED = "deleted"  # final
    FAILED = "failed"  # final: never minted, or in doubt and left to the sweep of orphans
    DISCARDED = "discarded"  # minted but never revealed; a sweep deletes it, until gone_at


class AdoptedState(StrEnum):
    """States of a key that Latchkey didn't issue but was asked to act on."""

    ON = "on"  # Active in AWS; if someone asked to deactivate it, the worker does that
    ASKING = "asking"  # in use; the owner decides whether to deactivate it anyway
    OFF = "off"  # Inactive in AWS; two approvers can reactivate it
    GONE = "gone"  # final: deleted, by the Deleter or by hand


class IncidentState(StrEnum):
    """States of a leaked key. Only one incident of a key is open, that is, not closed."""

    REPORTED = "reported"  # its owner or an approver decides whether it is contained
    CONTAINING = "containing"  # the worker cuts it off in AWS
    CONTAINED = "contained"  # people replace it, reactivate it or close the incident
    CLOSED = "closed"  # final


State = RequestState | GrantState | CredentialState | AdoptedState | IncidentState

R, G, C, A, N = RequestState, GrantState, CredentialState, AdoptedState, IncidentState

REQUEST_MOVES: dict[RequestState, frozenset[RequestState]] = {
    R.REQUESTED: frozenset({R.APPROVED, R.DECLINED, R.CANCELLED, R.LAPSED}),
    R.APPROVED: frozenset(),
    R.DECLINED: frozenset(),
    R.CANCELLED: frozenset(),
    R.LAPSED: frozenset(),
}
GRANT_MOVES: dict[GrantState, frozenset[GrantState]] = {
    G.APPROVED: frozenset({G.ACTIVE, G.LAPSED, G.REVOKED}),
    G.ACTIVE: frozenset({G.EXPIRED, G.REVOKED}),
    G.LAPSED: frozenset(),
    G.EXPIRED: frozenset(),
    G.REVOKED: frozenset(),
}
CREDENTIAL_MOVES: dict[CredentialState, frozenset[CredentialState]] = {
    C.ISSUING: frozenset({C.SEALED, C.FAILED, C.DISCARDED}),
    C.SEALED: frozenset({C.REVEALED, C.DISCARDED}),
    C.REVEALED: frozenset({C.LIVE, C.RETIRING, C.DELETED}),
    C.LIVE: frozenset({C.RETIRING, C.DELETED}),
    C.RETIRING: frozenset({C.LIVE, C.DELETED}),
    C.DELETED: frozenset(),
    C.FAILED: frozenset(),
    C.DISCARDED: frozenset(),
}
ADOPTED_MOVES: dict[AdoptedState, frozenset[AdoptedState]] = {
    A.ON: frozenset({A.ASKING, A.OFF, A.GONE}),
    A.ASKING: frozenset({A.ON, A.OFF, A.GONE}),
    A.OFF: frozenset({A.ON, A.GONE}),
    A.GONE: frozenset(),
}
INCIDENT_MOVES: dict[IncidentState, frozenset[IncidentState]] = {
    N.REPORTED: frozenset({N.CONTAINING, N.CLOSED}),
    N.CONTAINING: frozenset({N.CONTAINED, N.CLOSED}),
    N.CONTAINED: frozenset({N.CONTAINING, N.CLOSED}),  # containing again: a check found something new
    N.CLOSED: frozenset(),
}

UNDER_WAY = frozenset({C.ISSUING, C.SEALED, C.REVEALED})
"""At most one credential of a grant is in one of these states, which makes a double click harmless."""
HELD = frozenset({C.REVEALED, C.LIVE})
"""Someone has, or must be assumed to have, the secret of a credential in one of these states."""


def may_move(before: State, after: State) -> bool:
    match before:
        case RequestState():
            return isinstance(after, RequestState) and after in REQUEST_MOVES[before]
        case GrantState():
            return isinstance(after, GrantState) and after in GRANT_MOVES[before]
        case CredentialState():
            return isinstance(after, CredentialState) and after in CREDENTIAL_MOVES[before]
        case AdoptedState():
            return isinstance(after, AdoptedState) and after in ADOPTED_MOVES[before]
        case IncidentState():
            return isinstance(after, IncidentState) and after in INCIDENT_MOVES[before]
