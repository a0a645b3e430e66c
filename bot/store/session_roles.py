"""Roles with revoked sessions: the claim on each role's policy, and when it is due."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Update, case, or_, select, type_coerce, update

from bot.domain.ids import AccountName
from bot.domain.issuing.session import SessionRole
from bot.store.dialect import insert_or_update
from bot.store.insert_batch import Batch
from bot.store.statement_methods import changes, rows_of
from bot.store.tables import session_role as table


class SqlSessionRoles:
    def __init__(self, connection: Batch) -> None:
        self._c = connection

    def schedule(self, role_arn: str, account: AccountName, at: datetime) -> None:
        insert_or_update(self._c, table, [{"role_arn": role_arn, "account": account, "due_at": at}])

    @rows_of(SessionRole)
    def due(self, now: datetime, most: int) -> Select[Any]:
        return select(table).where(table.c.due_at <= now, _free(now)).order_by(table.c.due_at).limit(most)

    @changes
    def claim(self, role_arn: str, claim: str, now: datetime, until: datetime) -> Update:
        """Due again when the claim expires. Work scheduled meanwhile is due sooner, which tells the two apart."""
        mine = update(table).where(table.c.role_arn == role_arn, table.c.due_at <= now, _free(now))
        return mine.values(claim=claim, claimed_until=until, due_at=until)

    @changes
    def release(self, role_arn: str, claim: str, due_at: datetime | None, tries: int) -> Update:
        next_ = type_coerce(due_at, table.c.due_at.type)
        due = case((table.c.due_at == table.c.claimed_until, next_), else_=table.c.due_at)
        mine = update(table).where(table.c.role_arn == role_arn, table.c.claim == claim)
        return mine.values(due_at=due, tries=tries, claim=None, claimed_until=None)


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(table.c.claimed_until.is_(None), table.c.claimed_until <= now)
