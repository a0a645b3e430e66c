"""The only way to change a state: a conditional UPDATE and its audit event, in the same transaction."""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Table, Update, bindparam, update

from bot.domain.events import Event, into
from bot.domain.lifecycle import (
    AdoptedState,
    CredentialState,
    GrantState,
    IncidentState,
    RequestState,
    State,
    may_move,
)
from bot.store import tables
from bot.store.audit import SqlAudit
from bot.store.insert_batch import Batch

TABLES: Mapping[type, Table] = {
    RequestState: tables.request,
    GrantState: tables.grants,
    CredentialState: tables.credential,
    AdoptedState: tables.adopted,
    IncidentState: tables.incident,
}
WITH: Mapping[type, Mapping[str, str]] = {
    RequestState: {},
    GrantState: dict.fromkeys((GrantState.LAPSED, GrantState.EXPIRED, GrantState.REVOKED), "ended_at"),
    CredentialState: {
        CredentialState.REVEALED: "revealed_at",
        CredentialState.LIVE: "live_at",
        **dict.fromkeys((CredentialState.DELETED, CredentialState.FAILED, CredentialState.DISCARDED), "ended_at"),
    },
    AdoptedState: {AdoptedState.GONE: "gone_at"},
    IncidentState: {IncidentState.CONTAINED: "contained_at", IncidentState.CLOSED: "closed_at"},
}
"""The time stored together with each state."""


def transition(
    connection: Batch, subject: str, before: State, after: State, by: str, at: datetime, facts: Mapping[str, str]
) -> bool:
    if not may_move(before, after):
        raise ValueError(f"no {type(before).__name__} can go from {before} to {after}")
    table = TABLES[type(before)]
    stamp = WITH[type(after)].get(after)
    known = {"subject": subject, "before": before, "after": after, **({"at": at} if stamp else {})}
    if connection.execute(_move(table, stamp, isinstance(after, CredentialState | AdoptedState)), known).rowcount != 1:
        return False
    SqlAudit(connection).add(Event(into(after), subject, by, at, dict(facts)))
    return True


@cache
def _move(table: Table, stamp: str | None, acts: bool) -> Update:
    """With the time in the column `stamp`; a pending action ends with the state."""
    state = table.c.state
    values: dict[str, Any] = {"state": bindparam("after", type_=state.type)}
    if stamp:
        values[stamp] = bindparam("at", type_=table.c[stamp].type)
    if acts:
        values["pending_action"] = None
    return update(table).where(table.c.id == bindparam("subject"), state == bindparam("before")).values(values)
