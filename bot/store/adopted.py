"""Adopted keys in the ledger, and the approvals to reactivate one."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Update, delete, exists, or_, select, update

from bot.domain.adopted import Adopted
from bot.domain.catalog import Kind
from bot.domain.events import LATCHKEY
from bot.domain.ids import AccountName, RequestId, SlackUserId
from bot.domain.lifecycle import AdoptedState, CredentialState, GrantState, RequestState
from bot.store.dialect import insert_new
from bot.store.due_conditions import ADOPTED_DELETE_ASKED, ADOPTED_HELD, ADOPTED_OFF, ADOPTED_ON, PENDING, REPLACING
from bot.store.insert_batch import Batch
from bot.store.rows import by_id, set_by_id, write
from bot.store.statement_methods import rows_of, runs
from bot.store.tables import adopted as table
from bot.store.tables import agreement, credential, found_key, grants, request

OPEN_GRANT = grants.c.state.in_([GrantState.APPROVED, GrantState.ACTIVE])
FIRST_REPLACING = select(request.c.id).where(REPLACING).order_by(request.c.made_at).limit(1)


class SqlAdopted:
    def __init__(self, connection: Batch) -> None:
        self._c = connection

    def add(self, adopted: Adopted) -> bool:
        return insert_new(self._c, table, write(adopted))

    def get(self, key: str) -> Adopted | None:
        return by_id(self._c, Adopted, table, key)

    @rows_of(Adopted)
    def of(self, account: AccountName, users: Sequence[str]) -> Select[Any]:
        mine = (table.c.account == account, table.c.user.in_(users))
        return select(table).where(*mine)

    def lock(self, key: str) -> Adopted | None:
        self._touch(key)
        return self.get(key)

    @runs
    def _touch(self, key: str) -> Update:
        return update(table).where(table.c.id == key).values(touched=table.c.touched + 1)

    def set(self, key: str, **columns: object) -> None:
        set_by_id(self._c, table, key, columns)

    # --- approvals ----------------------------------------------------------------------------------------------

    def agree(self, key: str, approver: SlackUserId, at: datetime) -> bool:
        return insert_new(self._c, agreement, {"adopted": key, "approver": approver, "made_at": at})

    def agreed(self, key: str, since: datetime) -> frozenset[SlackUserId]:
        mine = (agreement.c.adopted == key, agreement.c.made_at >= since)
        return frozenset(self._c.execute(select(agreement.c.approver).where(*mine)).scalars())

    def forget_agreements(self, key: str) -> None:
        self._c.execute(delete(agreement).where(agreement.c.adopted == key))

    # --- what is due ----------------------------------------------------------------------------------------------

    def pending(self, now: datetime, most: int, *, by_clock: bool) -> tuple[Adopted, ...]:
        return self._pending_by_clock(now, most) if by_clock else self._pending_by_people(now, most)

    @rows_of(Adopted)
    def _pending_by_clock(self, now: datetime, most: int) -> Select[Any]:
        return _due(table.c.pending_since, most, PENDING, table.c.pending_by == LATCHKEY, _not_refused(now))

    @rows_of(Adopted)
    def _pending_by_people(self, now: datetime, most: int) -> Select[Any]:
        return _due(table.c.pending_since, most, PENDING, table.c.pending_by != LATCHKEY, _not_refused(now))

    @rows_of(Adopted)
    def retire_due(self, now: datetime, most: int) -> Select[Any]:
        late = (ADOPTED_ON, table.c.retire_at <= now, table.c.pending_action.is_(None))
        return _due(table.c.retire_at, most, *late, _not_refused(now))

    @rows_of(Adopted)
    def delete_due(self, now: datetime, most: int) -> Select[Any]:
        late = (ADOPTED_OFF, table.c.delete_at <= now, table.c.pending_action.is_(None))
        return _due(table.c.delete_at, most, *late, _not_refused(now))

    @rows_of(Adopted)
    def delete_asked(self, now: datetime, most: int) -> Select[Any]:
        return _due(table.c.delete_at, most, ADOPTED_DELETE_ASKED, table.c.pending_action.is_(None), _not_refused(now))

    @rows_of(Adopted)
    def unresolved_gone(self, account: AccountName) -> Select[Any]:
        gone = exists().where(found_key.c.id == table.c.id, found_key.c.gone_at.is_not(None))
        mine = (table.c.account == account, table.c.state != AdoptedState.GONE, gone)
        return select(table).where(*mine)

    @rows_of(Adopted)
    def check_due(self, now: datetime, most: int) -> Select[Any]:
        return _due(table.c.look_at, most, ADOPTED_HELD, table.c.look_at <= now)

    # --- replacements ---------------------------------------------------------------------------------------------

    def replacements_collected(self, most: int) -> tuple[tuple[str, RequestId], ...]:
        """Except keys whose replacing grant is already known: of two, the first one stays."""
        if self._c.execute(FIRST_REPLACING).first() is None:
            return ()  # the usual case; without it, PostgreSQL starts from the grants
        ours, other = table.alias(), grants.alias()
        known = exists().where(
            ours.c.id == request.c.replaces, other.c.request == ours.c.request, other.c.state == GrantState.ACTIVE
        )
        live = exists().where(
            credential.c.grant == grants.c.id,
            credential.c.state == CredentialState.LIVE,
            credential.c.kind == Kind.ACCESS_KEY,
        )
        rows = select(request.c.replaces, request.c.id).join(grants, grants.c.request == request.c.id)
        fresh = (REPLACING, grants.c.state == GrantState.ACTIVE, live, ~known)
        found = self._c.execute(rows.where(*fresh).order_by(request.c.made_at).limit(most)).mappings()
        return tuple((each["replaces"], RequestId(each["id"])) for each in found)

    def mark_taken_over(self, of: RequestId, at: datetime) -> None:
        self._c.execute(update(request).where(request.c.id == of).values(taken_over_at=at))

    def replacing_request(self, key: str) -> RequestId | None:
        granted = select(grants.c.request).where(grants.c.request == request.c.id, OPEN_GRANT).exists()
        waits = or_(request.c.state == RequestState.REQUESTED, granted)
        found = self._c.execute(select(request.c.id).where(request.c.replaces == key, waits).limit(1)).scalar()
        return RequestId(found) if found is not None else None

    def deactivated_since(self, account: AccountName, users: Sequence[str], moment: datetime) -> frozenset[str]:
        mine = (table.c.account == account, table.c.user.in_(list(users)), table.c.off_at > moment)
        return frozenset(self._c.execute(select(table.c.id).where(*mine, table.c.state == AdoptedState.OFF)).scalars())


def _due(order: Any, most: int, *only: Any) -> Select[Any]:
    return select(table).where(*only).order_by(order).limit(most)


def _not_refused(now: datetime) -> ColumnElement[bool]:
    return or_(table.c.next_try_at.is_(None), table.c.next_try_at <= now)
