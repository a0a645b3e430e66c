"""Reviews of emergencies in the ledger."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, Update, insert, select, update

from bot.domain.ids import RequestId, SlackUserId
from bot.domain.requests.review import Review
from bot.store.due_conditions import REVIEW_OPEN
from bot.store.insert_batch import Batch, Insert
from bot.store.rows import write
from bot.store.statement_methods import changes, row_of, rows_of
from bot.store.tables import review as table

ADD = Insert(insert(table).inline())


class SqlReviews:
    def __init__(self, connection: Batch) -> None:
        self._c = connection

    def add(self, review: Review) -> None:
        self._c.add(ADD, write(review))

    @row_of(Review)
    def get(self, request: RequestId) -> Select[Any]:
        return select(table).where(table.c.request == request)

    @rows_of(Review)
    def open_all(self) -> Select[Any]:
        return select(table).where(REVIEW_OPEN).order_by(table.c.opened_at, table.c.request)

    @rows_of(Review)
    def due(self, now: datetime, most: int) -> Select[Any]:
        late = select(table).where(REVIEW_OPEN, table.c.remind_at <= now)
        return late.order_by(table.c.remind_at).limit(most)

    def mark_reminded(self, review: Review, again_at: datetime) -> bool:
        return self._remind_again(review.request, review.remind_at, again_at)

    @changes
    def _remind_again(self, request: RequestId, remind_at: datetime, again_at: datetime) -> Update:
        same = (table.c.request == request, table.c.remind_at == remind_at, REVIEW_OPEN)
        return update(table).where(*same).values(remind_at=again_at)

    @changes
    def close(self, request: RequestId, by: SlackUserId, justification: str, at: datetime) -> Update:
        mine = update(table).where(table.c.request == request, REVIEW_OPEN)
        return mine.values(closed_at=at, closed_by=by, justification=justification)
