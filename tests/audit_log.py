"""The audit log as tests read it: the latest events, whatever they are about."""

from typing import Any

from sqlalchemy import select

from bot.domain.events import Event
from bot.store.rows import many
from bot.store.tables import audit


def latest_events(tx: Any, most: int, *, actor: str | None = None) -> tuple[Event, ...]:
    rows = select(audit).order_by(audit.c.id.desc()).limit(most)
    return many(tx._c, Event, rows if actor is None else rows.where(audit.c.actor == actor))
