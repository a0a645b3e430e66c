"""Roles with revoked sessions: the claim on each role's policy, and when it is due."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, or_, select, update

from bot.domain.ids import AccountName
from bot.domain.session import SessionRole
from bot.store.dialect import insert_into
from bot.store.insert_batch import Batch
from bot.store.rows import many
from bot.store.tables import session_role as table


class SqlSessionRoles:
    def __init__(self, connection: Batch) -> None:
        self._c = connection

    def want(self, role_arn: str, account: AccountName, at: datetime) -> None:
        row = insert_into(self._c, table).values(role_arn=role_arn, account=account, due_at=at)
        self._c.execute(row.on_conflict_do_update(index_elements=["role_arn"], set_={"due_at": at, "account": account}))

    def due(self, now: datetime, most: int) -> tuple[SessionRole, ...]:
        rows = select(table).where(table.c.due_at <= now, _free(now)).order_by(table.c.due_at).limit(most)
        return many(self._c, SessionRole, rows)

    def claim(self, role_arn: str, claim: str, now: datetime, until: datetime) -> bool:
        """Due again when the claim expires. Work scheduled meanwhile is due sooner, which tells the two apart."""
        due = (table.c.due_at <= now, _free(now))
        return self._set(role_arn, *due, claim=claim, claimed_until=until, due_at=until)

    def release(self, role_arn: str, claim: str, due_at: datetime | None, tries: int) -> bool:
        next_ = bindparam("next", due_at, type_=table.c.due_at.type)
        due = case((table.c.due_at == table.c.claimed_until, next_), else_=table.c.due_at)
        return self._set(role_arn, table.c.claim == claim, due_at=due, tries=tries, claim=None, claimed_until=None)

    def _set(self, role_arn: str, *only: ColumnElement[bool], **values: Any) -> bool:
        return self._c.execute(update(table).where(table.c.role_arn == role_arn, *only).values(**values)).rowcount == 1


def _free(now: datetime) -> ColumnElement[bool]:
    return or_(table.c.claimed_until.is_(None), table.c.claimed_until <= now)
