"""Reviews of emergencies in the ledger."""

from datetime import datetime

from sqlalchemy import insert, select, update

from bot.domain.ids import RequestId, SlackUserId
from bot.domain.review import Review
from bot.store.due_conditions import REVIEW_OPEN
from bot.store.insert_batch import Batch, Insert
from bot.store.rows import many, one, write
from bot.store.tables import review as table

ADD = Insert(insert(table).inline())


class SqlReviews:
    def __init__(self, connection: Batch) -> None:
        self._c = connection

    def add(self, review: Review) -> None:
        self._c.add(ADD, write(review))

    def get(self, request: RequestId) -> Review | None:
        return one(self._c, Review, select(table).where(table.c.request == request))

    def open_all(self) -> tuple[Review, ...]:
        return many(self._c, Review, select(table).where(REVIEW_OPEN).order_by(table.c.opened_at, table.c.request))

    def due(self, now: datetime, most: int) -> tuple[Review, ...]:
        late = select(table).where(REVIEW_OPEN, table.c.remind_at <= now)
        return many(self._c, Review, late.order_by(table.c.remind_at).limit(most))

    def reminded(self, review: Review, again_at: datetime) -> bool:
        same = (table.c.request == review.request, table.c.remind_at == review.remind_at, REVIEW_OPEN)
        return self._c.execute(update(table).where(*same).values(remind_at=again_at)).rowcount == 1

    def close(self, request: RequestId, by: SlackUserId, justification: str, at: datetime) -> bool:
        mine = update(table).where(table.c.request == request, REVIEW_OPEN)
        return self._c.execute(mine.values(closed_at=at, closed_by=by, justification=justification)).rowcount == 1
