"""Credentials in the ledger, the claim, and the two slots of a grant."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, Update, exists, or_, select, update

from bot.domain.credential import Credential
from bot.domain.ids import AccessKeyId, CredentialId, GrantId
from bot.domain.lifecycle import CredentialState as C
from bot.store.built_once import built_once
from bot.store.dialect import insert_new
from bot.store.due_conditions import (
    CREDENTIAL_DELETE_ASKED,
    CREDENTIAL_HELD,
    CREDENTIAL_LEFT_IN_AWS,
    CREDENTIAL_LIVE,
    CREDENTIAL_RETIRING,
    DEVICE_LEFT_IN_AWS,
    PENDING,
)
from bot.store.insert_batch import Batch
from bot.store.rows import by_id, many, set_by_id, write
from bot.store.statement_methods import changes, row_of, rows_of
from bot.store.tables import credential as table
from bot.store.tables import envelope, pending_call

ISSUING = table.c.state == C.ISSUING
SLOTS = (1, 2)


class SqlCredentials:
    def __init__(self, connection: Batch) -> None:
        self._c = connection

    def add(self, credential: Credential) -> bool:
        return insert_new(self._c, table, write(credential))

    def get(self, credential: CredentialId) -> Credential | None:
        return by_id(self._c, Credential, table, credential)

    @rows_of(Credential)
    def of(self, grant: GrantId) -> Select[Any]:
        return select(table).where(table.c.grant == grant).order_by(table.c.made_at, table.c.id)

    @row_of(Credential)
    def by_key(self, key: AccessKeyId) -> Select[Any]:
        return select(table).where(table.c.access_key_id == key)

    def ending_in(self, last: str) -> tuple[Credential, ...]:
        held = table.c.state.in_([C.REVEALED, C.LIVE, C.RETIRING])
        mine = select(table).where(table.c.access_key_id.endswith(last, autoescape=True), held)
        return many(self._c, Credential, mine.order_by(table.c.made_at, table.c.id))

    @changes
    def claim(self, credential: CredentialId, by: str, now: datetime) -> Update:
        free = (ISSUING, table.c.claimed_at.is_(None), table.c.wanted_until > now)
        return _one(credential).where(*free).values(claimed_at=now, claimed_by=by)

    def take_slot(self, credential: CredentialId) -> int | None:
        mine = self.get(credential)
        if mine is None:
            return None
        taken = set(self._c.execute(_slots(mine.grant)).scalars())
        free = mine.slot or next((each for each in SLOTS if each not in taken), None)
        return free if free is not None and self._use(credential, free) else None

    @changes
    def _use(self, credential: CredentialId, slot: int) -> Update:
        """Only while it is still `issuing`: a credential that was given up must not be minted."""
        return _one(credential).where(ISSUING).values(slot=slot)

    @changes
    def show_in(self, credential: CredentialId, view_id: str, opened_at: datetime) -> Update:
        older = or_(table.c.view_at.is_(None), table.c.view_at <= opened_at)
        return _one(credential).where(ISSUING, older).values(view_id=view_id, view_at=opened_at)

    def store_key(
        self, credential: CredentialId, key: AccessKeyId, created_at: datetime, ends_at: datetime | None
    ) -> None:
        if not self._store_key(credential, key, created_at, ends_at):
            known = {"access_key_id": key, "created_at": created_at, "ends_at": ends_at}
            self._set(credential, slot=None, gone_at=None, **known)

    @changes
    def _store_key(
        self, credential: CredentialId, key: AccessKeyId, created_at: datetime, ends_at: datetime | None
    ) -> Update:
        return _one(credential).where(ISSUING).values(access_key_id=key, created_at=created_at, ends_at=ends_at)

    def set(self, credential: CredentialId, **columns: object) -> None:
        self._set(credential, **columns)

    @rows_of(Credential)
    def revoked_on(self, role_arn: str, now: datetime) -> Select[Any]:
        ended = select(table).where(table.c.role_arn == role_arn, table.c.revoke_at.is_not(None), table.c.ends_at > now)
        order = (table.c.revoked_at.is_(None), table.c.ends_at.desc(), table.c.id)
        return ended.order_by(*order)

    @rows_of(Credential)
    def to_issue(self, now: datetime, most: int) -> Select[Any]:
        return _due(table.c.made_at, most, ISSUING, table.c.claimed_at.is_(None), table.c.wanted_until > now)

    @rows_of(Credential)
    def unclaimed_past(self, now: datetime, most: int) -> Select[Any]:
        return _due(table.c.made_at, most, ISSUING, table.c.claimed_at.is_(None), table.c.wanted_until <= now)

    @rows_of(Credential)
    def claimed_before(self, moment: datetime, most: int) -> Select[Any]:
        return _due(table.c.claimed_at, most, ISSUING, table.c.claimed_at < moment)

    @rows_of(Credential)
    def sealed_past(self, now: datetime, most: int) -> Select[Any]:
        return _due(table.c.sealed_until, most, table.c.state == C.SEALED, table.c.sealed_until <= now)

    @rows_of(Credential)
    def sealed_and_lost(self, most: int) -> Select[Any]:
        kept = exists().where(envelope.c.credential == table.c.id)
        return _due(table.c.sealed_until, most, table.c.state == C.SEALED, ~kept)

    @rows_of(Credential)
    def revealed_before(self, moment: datetime, most: int) -> Select[Any]:
        return _due(table.c.revealed_at, most, table.c.state == C.REVEALED, table.c.revealed_at <= moment)

    @rows_of(Credential)
    def unasked(self, moment: datetime, most: int) -> Select[Any]:
        old = (table.c.state == C.REVEALED, table.c.revealed_at <= moment, table.c.asked_at.is_(None))
        return _due(table.c.revealed_at, most, *old)

    @rows_of(Credential)
    def not_gone(self, now: datetime, most: int) -> Select[Any]:
        return _due(table.c.made_at, most, CREDENTIAL_LEFT_IN_AWS, _not_refused(now))

    @rows_of(Credential)
    def devices_left(self, settled: datetime, now: datetime, most: int) -> Select[Any]:
        settled_by_now = table.c.claimed_at <= settled
        return _due(table.c.made_at, most, DEVICE_LEFT_IN_AWS, settled_by_now, _not_refused(now))

    @rows_of(Credential)
    def pending(self, now: datetime, most: int) -> Select[Any]:
        return _due(table.c.made_at, most, PENDING, _not_refused(now))

    @rows_of(Credential)
    def unanswered(self, before: datetime, now: datetime, most: int) -> Select[Any]:
        begun = select(pending_call.c.subject).where(pending_call.c.at <= before)
        stays = (table.c.pending_action.is_(None), or_(table.c.retire_at.is_(None), table.c.retire_at > now))
        return _due(table.c.made_at, most, CREDENTIAL_LIVE, *stays, table.c.id.in_(begun), _not_refused(now))

    @rows_of(Credential)
    def check_due(self, now: datetime, most: int) -> Select[Any]:
        return _due(table.c.look_at, most, CREDENTIAL_HELD, table.c.look_at <= now)

    @rows_of(Credential)
    def retire_due(self, now: datetime, most: int) -> Select[Any]:
        late = (CREDENTIAL_LIVE, table.c.retire_at <= now, table.c.pending_action.is_(None))
        return _due(table.c.retire_at, most, *late, _not_refused(now))

    @rows_of(Credential)
    def delete_due(self, now: datetime, most: int) -> Select[Any]:
        late = (CREDENTIAL_RETIRING, table.c.delete_at <= now, table.c.pending_action.is_(None))
        return _due(table.c.delete_at, most, *late, _not_refused(now))

    @rows_of(Credential)
    def delete_asked(self, now: datetime, most: int) -> Select[Any]:
        return _due(
            table.c.delete_at, most, CREDENTIAL_DELETE_ASKED, table.c.pending_action.is_(None), _not_refused(now)
        )

    def _set(self, credential: CredentialId, **values: Any) -> None:
        set_by_id(self._c, table, credential, values)


@built_once
def _slots(grant: GrantId) -> Select[Any]:
    """Those in use."""
    return select(table.c.slot).where(table.c.grant == grant, table.c.gone_at.is_(None), table.c.slot.is_not(None))


def _one(credential: CredentialId) -> Update:
    return update(table).where(table.c.id == credential)


def _due(order: Any, most: int, *only: Any) -> Select[Any]:
    return select(table).where(*only).order_by(order).limit(most)


def _not_refused(now: datetime) -> ColumnElement[bool]:
    return or_(table.c.next_try_at.is_(None), table.c.next_try_at <= now)
