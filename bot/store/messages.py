"""Where each message is in Slack, and which revision it shows."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, select

from bot.domain.events import Notice
from bot.ports import Posted
from bot.store.dialect import insert_or_update
from bot.store.insert_batch import Batch
from bot.store.statement_methods import row_of
from bot.store.tables import message as table


class SqlMessages:
    def __init__(self, connection: Batch) -> None:
        self._c = connection

    @row_of(Posted)
    def shown(self, notice: Notice, subject: str, to: str) -> Select[Any]:
        here = (table.c.notice == notice, table.c.subject == subject, table.c.to == to)
        return select(table).where(*here)

    def store(self, notice: Notice, subject: str, to: str, posted: Posted, at: datetime) -> None:
        now = {"channel": posted.channel, "ts": posted.ts, "revision": posted.revision}
        row = {"notice": notice, "subject": subject, "to": to, "posted_at": at, **now}
        insert_or_update(self._c, table, [row], tuple(now))
