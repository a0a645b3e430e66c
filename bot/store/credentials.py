"""Credentials in the ledger, the claim, and the two slots of a grant."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, exists, or_, select, update

from bot.domain.credential import Credential
from bot.domain.ids import AccessKeyId, CredentialId, GrantId
from bot.domain.lifecycle import CredentialState as C
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
from bot.store.rows import by_id, many, one, write
from bot.store.tables import credential as table
from bot.store.tables import envelope

ISSUING = table.c.state == C.ISSUING
SLOTS = (1, 2)


class SqlCredentials:
    def __init__(self, connection: Batch) -> None:
        self._c = connection

    def add(self, credential: Credential) -> bool:
        return insert_new(self._c, table, write(credential))

    def get(self, credential: CredentialId) -> Credential | None:
        return by_id(self._c, Credential, table, credential)

    def of(self, grant: GrantId) -> tuple[Credential, ...]:
        rows = select(table).where(table.c.grant == grant).order_by(table.c.made_at, table.c.id)
        return many(self._c, Credential, rows)

    def by_key(self, key: AccessKeyId) -> Credential | None:
        return one(self._c, Credential, select(table).where(table.c.access_key_id == key))

    def ending_in(self, last: str) -> tuple[Credential, ...]:
        held = table.c.state.in_([C.REVEALED, C.LIVE, C.RETIRING])
        mine = select(table).where(table.c.access_key_id.endswith(last, autoescape=True), held)
        return many(self._c, Credential, mine.order_by(table.c.made_at, table.c.id))

    def claim(self, credential: CredentialId, by: str, now: datetime) -> bool:
        free = (ISSUING, table.c.claimed_at.is_(None), table.c.wanted_until > now)
        return self._set(credential, *free, claimed_at=now, claimed_by=by)

    def take_slot(self, credential: CredentialId) -> int | None:
        mine = self.get(credential)
        if mine is None:
            return None
        held = select(table.c.slot).where(
            table.c.grant == mine.grant, table.c.gone_at.is_(None), table.c.slot.is_not(None)
        )
        taken = set(self._c.execute(held).scalars())
        free = mine.slot or next((each for each in SLOTS if each not in taken), None)
        # Only while it is still `issuing`: a credential that the reconciler gave up must not be minted.
        return free if free is not None and self._set(credential, ISSUING, slot=free) else None

    def show_in(self, credential: CredentialId, view_id: str, opened_at: datetime) -> bool:
        older = or_(table.c.view_at.is_(None), table.c.view_at <= opened_at)
        return self._set(credential, ISSUING, older, view_id=view_id, view_at=opened_at)

    def keep_key(
        self, credential: CredentialId, key: AccessKeyId, created_at: datetime, ends_at: datetime | None
    ) -> None:
        known = {"access_key_id": key, "created_at": created_at, "ends_at": ends_at}
        if not self._set(credential, ISSUING, **known):
            self._set(credential, slot=None, gone_at=None, **known)

    def set(self, credential: CredentialId, **columns: object) -> None:
        if "state" in columns:
            raise ValueError("a state changes only through Transaction.transition")
        self._set(credential, **columns)

    def revoked_on(self, role_arn: str, now: datetime) -> tuple[Credential, ...]:
        ended = select(table).where(table.c.role_arn == role_arn, table.c.revoke_at.is_not(None), table.c.ends_at > now)
        order = (table.c.revoked_at.is_(None), table.c.ends_at.desc(), table.c.id)
        return many(self._c, Credential, ended.order_by(*order))

    def wanted(self, now: datetime, most: int) -> tuple[Credential, ...]:
        return self._rows(table.c.made_at, most, ISSUING, table.c.claimed_at.is_(None), table.c.wanted_until > now)

    def unclaimed_past(self, now: datetime, most: int) -> tuple[Credential, ...]:
        return self._rows(table.c.made_at, most, ISSUING, table.c.claimed_at.is_(None), table.c.wanted_until <= now)

    def claimed_before(self, moment: datetime, most: int) -> tuple[Credential, ...]:
        return self._rows(table.c.claimed_at, most, ISSUING, table.c.claimed_at < moment)

    def sealed_past(self, now: datetime, most: int) -> tuple[Credential, ...]:
        return self._rows(table.c.sealed_until, most, table.c.state == C.SEALED, table.c.sealed_until <= now)

    def sealed_and_lost(self, most: int) -> tuple[Credential, ...]:
        kept = exists().where(envelope.c.credential == table.c.id)
        return self._rows(table.c.sealed_until, most, table.c.state == C.SEALED, ~kept)

    def revealed_before(self, moment: datetime, most: int) -> tuple[Credential, ...]:
        return self._rows(table.c.revealed_at, most, table.c.state == C.REVEALED, table.c.revealed_at <= moment)

    def unasked(self, moment: datetime, most: int) -> tuple[Credential, ...]:
        old = (table.c.state == C.REVEALED, table.c.revealed_at <= moment, table.c.asked_at.is_(None))
        return self._rows(table.c.revealed_at, most, *old)

    def not_gone(self, now: datetime, most: int) -> tuple[Credential, ...]:
        return self._rows(table.c.made_at, most, CREDENTIAL_LEFT_IN_AWS, _not_refused(now))

    def devices_left(self, settled: datetime, now: datetime, most: int) -> tuple[Credential, ...]:
        settled_by_now = table.c.claimed_at <= settled
        return self._rows(table.c.made_at, most, DEVICE_LEFT_IN_AWS, settled_by_now, _not_refused(now))

    def pending(self, now: datetime, most: int) -> tuple[Credential, ...]:
        return self._rows(table.c.made_at, most, PENDING, _not_refused(now))

    def to_look_at(self, now: datetime, most: int) -> tuple[Credential, ...]:
        return self._rows(table.c.look_at, most, CREDENTIAL_HELD, table.c.look_at <= now)

    def retire_due(self, now: datetime, most: int) -> tuple[Credential, ...]:
        late = (CREDENTIAL_LIVE, table.c.retire_at <= now, table.c.pending_action.is_(None))
        return self._rows(table.c.retire_at, most, *late, _not_refused(now))

    def delete_due(self, now: datetime, most: int) -> tuple[Credential, ...]:
        late = (CREDENTIAL_RETIRING, table.c.delete_at <= now, table.c.pending_action.is_(None))
        return self._rows(table.c.delete_at, most, *late, _not_refused(now))

    def delete_asked(self, now: datetime, most: int) -> tuple[Credential, ...]:
        return self._rows(
            table.c.delete_at, most, CREDENTIAL_DELETE_ASKED, table.c.pending_action.is_(None), _not_refused(now)
        )

    def _set(self, credential: CredentialId, *only: ColumnElement[bool], **values: Any) -> bool:
        return self._c.execute(update(table).where(table.c.id == credential, *only).values(**values)).rowcount == 1

    def _rows(self, order: Any, most: int, *only: Any) -> tuple[Credential, ...]:
        return many(self._c, Credential, select(table).where(*only).order_by(order).limit(most))


def _not_refused(now: datetime) -> ColumnElement[bool]:
    return or_(table.c.next_try_at.is_(None), table.c.next_try_at <= now)
