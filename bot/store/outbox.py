"""The outbox: which messages to update. A row holds no text, only what to render.

Rows of one subject are always locked in the order of their places, so that two transactions can't deadlock. Slack ids
are capitals and digits, which every database sorts as Python does.
"""

from dataclasses import fields
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, Update, and_, bindparam, case, literal_column, or_, select, update

from bot.domain.events import Notice
from bot.ports import OutboxItem
from bot.store.built_once import built_once
from bot.store.dialect import insert_on
from bot.store.insert_batch import Batch, Insert
from bot.store.rows import set_by_id
from bot.store.statement_methods import changes
from bot.store.tables import outbox as table
from bot.store.types import EPOCH

ONCE_MORE = {"wanted": table.c.wanted + 1, "due_at": EPOCH, "tries": 0}
UNDONE = table.c.wanted > table.c.done
UPDATE = and_(table.c.done > 0, table.c.notice != Notice.COLLECT_WINDOW)  # of a message that was sent before


def _again(at: object) -> Update:
    of, about = table.c.notice == bindparam("of"), table.c.subject == bindparam("about")
    rows = select(table.c.id).where(of, about).order_by(table.c.to).with_for_update()
    return update(table).where(table.c.id.in_(rows)).values(ONCE_MORE | {"due_at": at})


AGAIN = _again(EPOCH)
AGAIN_BY = _again(case((UNDONE, table.c.due_at), else_=bindparam("by", type_=table.c.due_at.type)))


@cache
def _enqueue(dialect: str) -> Insert:
    """Cached: the batch knows an INSERT by its identity."""
    epoch = "0" if dialect == "sqlite" else f"'{EPOCH.isoformat()}'"
    row = {"wanted": "1", "done": "0", "due_at": epoch, "tries": "0"}
    fresh = insert_on(table, dialect).inline()
    once_more = {
        "wanted": table.c.wanted + literal_column("1"),
        "due_at": fresh.excluded.due_at,
        "tries": fresh.excluded.tries,
    }
    statement = fresh.on_conflict_do_update(index_elements=["notice", "subject", "to"], set_=once_more)
    return Insert(statement, {name: literal_column(said) for name, said in row.items()})


class SqlOutbox:
    def __init__(self, connection: Batch) -> None:
        self._c = connection

    def enqueue(self, notice: Notice, subject: str, *to: str) -> None:
        for each in sorted(to):
            self._c.add(_enqueue(self._c.dialect), {"notice": notice, "subject": subject, "to": each})

    def refresh(self, notice: Notice, subject: str, *, by: datetime | None = None) -> None:
        about = {"of": notice, "about": subject}
        self._c.execute(*((AGAIN_BY, about | {"by": by}) if by else (AGAIN, about)))

    def due(self, now: datetime, most: int) -> tuple[OutboxItem, ...]:
        return tuple(OutboxItem(**each) for each in self._c.execute(_due(now, most)).mappings())

    @changes
    def claim(self, item: int, now: datetime, until: datetime) -> Update:
        return _one(item).where(UNDONE, _free(now)).values(claimed_until=until, tries=table.c.tries + 1)

    @changes
    def extend_claim(self, item: int, held: datetime, until: datetime) -> Update:
        return _one(item).where(UNDONE, table.c.claimed_until == held).values(claimed_until=until)

    def wanted_revision(self, item: int) -> int:
        return int(self._c.execute(_wanted_revision(item)).scalar_one())

    def mark_delivered(self, item: int, revision: int, now: datetime) -> bool:
        self._set(item, done=revision, done_at=now, claimed_until=None, last_error=None)
        return self.wanted_revision(item) <= revision

    def mark_refused(self, item: int, revision: int, why: str) -> None:
        self._set(item, done=revision, claimed_until=None, last_error=why[:255])

    def retry_at(self, item: int, at: datetime, why: str) -> None:
        self._set(item, due_at=at, claimed_until=None, last_error=why[:255])

    def _set(self, item: int, **values: object) -> None:
        set_by_id(self._c, table, item, values)


@built_once
def _due(now: datetime, most: int) -> Select[Any]:
    rows = select(*[table.c[each.name] for each in fields(OutboxItem)])
    # a change can be on a thousand Home tabs, and nobody waits for theirs; an update notifies nobody
    order = (table.c.notice == Notice.HOME, UPDATE, table.c.due_at, table.c.id)
    return rows.where(UNDONE, table.c.due_at <= now, _free(now)).order_by(*order).limit(most)


@built_once
def _wanted_revision(item: int) -> Select[Any]:
    return select(table.c.wanted).where(table.c.id == item)


def _one(item: int) -> Update:
    return update(table).where(table.c.id == item)


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(table.c.claimed_until.is_(None), table.c.claimed_until <= now)
