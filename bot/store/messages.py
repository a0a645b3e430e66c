"""Where each message is in Slack, and which revision it shows."""

from datetime import datetime

from sqlalchemy import select

from bot.domain.events import Notice
from bot.ports import Posted
from bot.store.dialect import insert_into
from bot.store.insert_batch import Batch
from bot.store.rows import one
from bot.store.tables import message as table


class SqlMessages:
    def __init__(self, connection: Batch) -> None:
        self._c = connection

    def shown(self, notice: Notice, subject: str, to: str) -> Posted | None:
        here = (table.c.notice == notice, table.c.subject == subject, table.c.to == to)
        return one(self._c, Posted, select(table).where(*here))

    def keep(self, notice: Notice, subject: str, to: str, posted: Posted, at: datetime) -> None:
        now = {"channel": posted.channel, "ts": posted.ts, "revision": posted.revision}
        row = insert_into(self._c, table).values(notice=notice, subject=subject, to=to, posted_at=at, **now)
        self._c.execute(row.on_conflict_do_update(index_elements=["notice", "subject", "to"], set_=now))
