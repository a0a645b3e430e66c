"""The states of a request, a grant, a credential and an adopted key, whose move each is, and every move there is."""

from enum import StrEnum


class RequestState(StrEnum):
    REQUESTED = "requested"  # the approvers' move
    APPROVED = "approved"  # nobody's: it made or prolonged a grant
    DECLINED = "declined"  # nobody's
    CANCELLED = "cancelled"  # nobody's: the requester took it back
    LAPSED = "lapsed"  # nobody's: not decided in time


class GrantState(StrEnum):
    APPROVED = "approved"  # the owner's move: collect
    ACTIVE = "active"  # the owner's: use, rotate, renew, give back
    LAPSED = "lapsed"  # nobody's: not collected in time
    EXPIRED = "expired"  # the worker's until torn down
    REVOKED = "revoked"  # the worker's until torn down


class CredentialState(StrEnum):
    ISSUING = "issuing"  # the worker's move
    SEALED = "sealed"  # the owner's, for ten minutes
    REVEALED = "revealed"  # the page's: its receipt
    LIVE = "live"  # the owner's
    RETIRING = "retiring"  # Inactive in AWS; the owner may undo until delete_at
    DELETED = "deleted"  # nobody's
    FAILED = "failed"  # nobody's: never minted, or in doubt and left to the reconciler
    DISCARDED = "discarded"  # the reconciler's until gone_at: minted and never revealed


class AdoptedState(StrEnum):
    """Of a key that Latchkey did not make and somebody has asked it to act on."""

    ON = "on"  # Active in AWS: the worker's move where somebody wishes it off, else nobody's
    ASKING = "asking"  # its owner's move: something uses it, is it to be switched off all the same?
    OFF = "off"  # Inactive in AWS: two approvers can bring it back
    GONE = "gone"  # nobody's: deleted, by the Deleter or by hand


State = RequestState | GrantState | CredentialState | AdoptedState

R, G, C, A = RequestState, GrantState, CredentialState, AdoptedState

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

UNDER_WAY = frozenset({C.ISSUING, C.SEALED, C.REVEALED})
"""At most one credential of a grant is in one of these: what stops the double click."""
HELD = frozenset({C.REVEALED, C.LIVE})
"""Somebody has, or must be assumed to have, the secret of these."""


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
