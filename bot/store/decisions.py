"""Decisions in the ledger: one row for each approver of a request."""

from typing import Any

from sqlalchemy import Select, select

from bot.domain.ids import RequestId, SlackUserId
from bot.domain.lifecycle import RequestState
from bot.domain.requests.request import Decision
from bot.store.built_once import built_once
from bot.store.dialect import insert_new
from bot.store.insert_batch import Batch
from bot.store.rows import write
from bot.store.statement_methods import rows_of
from bot.store.tables import decision as table
from bot.store.tables import request as request_table


class SqlDecisions:
    def __init__(self, connection: Batch) -> None:
        self._c = connection

    def add(self, decision: Decision) -> bool:
        return insert_new(self._c, table, write(decision))

    @rows_of(Decision)
    def of(self, request: RequestId) -> Select[Any]:
        return select(table).where(table.c.request == request).order_by(table.c.made_at)

    def on_open(self, approver: SlackUserId) -> frozenset[RequestId]:
        return frozenset(self._c.execute(_on_open(approver)).scalars())


@built_once
def _on_open(approver: SlackUserId) -> Select[Any]:
    theirs = select(table.c.request).join(request_table).where(request_table.c.state == RequestState.REQUESTED)
    return theirs.where(table.c.approver == approver)
