"""Questions about requests in the ledger."""

from datetime import datetime
from typing import Any

from sqlalchemy import Select, insert, select, update

from bot.domain.ids import RequestId
from bot.domain.requests.question import Question
from bot.store.insert_batch import Batch
from bot.store.rows import by_id, write
from bot.store.statement_methods import rows_of
from bot.store.tables import question as table


class SqlQuestions:
    def __init__(self, connection: Batch) -> None:
        self._c = connection

    def add(self, question: Question) -> None:
        self._c.execute(insert(table).values(**write(question)))

    def get(self, question: str) -> Question | None:
        return by_id(self._c, Question, table, question)

    @rows_of(Question)
    def of(self, request: RequestId) -> Select[Any]:
        mine = select(table).where(table.c.request == request)
        return mine.order_by(table.c.asked_at, table.c.id)

    def answer(self, question: str, text: str, at: datetime) -> bool:
        unanswered = (table.c.id == question, table.c.answered_at.is_(None))
        changed = self._c.execute(update(table).where(*unanswered).values(answer=text, answered_at=at))
        return changed.rowcount == 1
