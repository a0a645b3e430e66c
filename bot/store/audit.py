"""The audit log: rows are added and read, never changed."""

from collections.abc import Iterable
from typing import Any

import structlog
from sqlalchemy import Select, insert, select

from bot.domain.events import Event
from bot.ports import Recorded, Trail
from bot.store import audit_trail
from bot.store.audit_trail import EVENT
from bot.store.insert_batch import Batch, Insert
from bot.store.rows import many, write
from bot.store.statement_methods import rows_of
from bot.store.tables import audit as table

log = structlog.get_logger(__name__)

FREE_TEXT = frozenset({"justification", "said", "why"})  # text typed by people stays in the database
ADD = Insert(insert(table).inline())  # the id isn't read back


class SqlAudit:
    def __init__(self, connection: Batch) -> None:
        self._c = connection

    def add(self, event: Event) -> None:
        self._c.add(ADD, {**write(event), "facts": dict(event.facts)}, in_order=True)
        self._c.events.append(event)

    @rows_of(Event)
    def of(self, subject: str) -> Select[Any]:
        return select(table).where(table.c.subject == subject).order_by(table.c.id)

    def page(self, trail: Trail, most: int, *, before: int = 0, after: int = 0) -> tuple[Recorded, ...]:
        rows = select(table.c.id, *EVENT).where(*audit_trail.conditions(trail)).limit(most)
        if after:
            return many(self._c, Recorded, rows.where(table.c.id > after).order_by(table.c.id))[::-1]
        older = rows.where(table.c.id < before) if before else rows
        return many(self._c, Recorded, older.order_by(table.c.id.desc()))


def log_events(events: Iterable[Event]) -> None:
    """One log line for each event, once they are committed."""
    for each in events:
        facts = {name: said for name, said in each.facts.items() if name not in FREE_TEXT}
        log.info("audit", tag=each.tag.value, subject=each.subject, actor=each.actor, at=each.at, facts=facts)
