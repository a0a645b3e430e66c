"""Envelopes and their tombstones. `take` is the only statement that returns a ciphertext."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Update, delete, insert, select, update

from bot.domain.credential import Envelope, Outcome, Tombstone
from bot.domain.ids import CredentialId, EnvelopeId
from bot.store.built_once import built_once
from bot.store.due_conditions import ENVELOPE_UNERASED
from bot.store.insert_batch import Batch, Insert
from bot.store.rows import write
from bot.store.statement_methods import changes, row_of, runs
from bot.store.tables import envelope as table
from bot.store.tables import tombstone

ADD = Insert(insert(table).inline())
ADD_TOMBSTONE = Insert(insert(tombstone).inline())


class SqlEnvelopes:
    def __init__(self, connection: Batch) -> None:
        self._c = connection

    def add(self, envelope: Envelope) -> None:
        self._c.add(ADD, write(envelope))

    @row_of(Envelope)
    def take(self, envelope: EnvelopeId, proof_hash: bytes, now: datetime) -> Any:
        right = (table.c.id == envelope, table.c.proof_hash == proof_hash, table.c.expires_at > now)
        return delete(table).where(*right).returning(*table.c)

    @row_of(Envelope)
    def _take_of(self, credential: CredentialId) -> Any:
        return delete(table).where(table.c.credential == credential).returning(*table.c)

    def destroy(self, credential: CredentialId, outcome: Outcome, now: datetime) -> bool:
        gone = self._take_of(credential)
        if gone is not None:
            self.leave_tombstone(Tombstone(gone.id, gone.credential, gone.owner, gone.proof_hash, outcome, now))
        return gone is not None

    def leave_tombstone(self, tombstone_: Tombstone) -> None:
        self._c.add(ADD_TOMBSTONE, write(tombstone_))

    @row_of(Envelope)
    def find(self, envelope: EnvelopeId, proof_hash: bytes) -> Select[Any]:
        right = (table.c.id == envelope, table.c.proof_hash == proof_hash)
        return select(table).where(*right)

    def unerased(self, most: int) -> tuple[EnvelopeId, ...]:
        return tuple(self._c.execute(_unerased(most)).scalars())

    @runs
    def mark_erased(self, envelopes: Sequence[EnvelopeId], now: datetime) -> Update:
        return update(tombstone).where(tombstone.c.id.in_(envelopes)).values(erased_at=now)

    @row_of(Tombstone)
    def tombstone(self, envelope: EnvelopeId, proof_hash: bytes) -> Select[Any]:
        right = (tombstone.c.id == envelope, tombstone.c.proof_hash == proof_hash)
        return select(tombstone).where(*right)

    @changes
    def mark_reuse_reported(self, envelope: EnvelopeId, now: datetime) -> Update:
        unreported = (tombstone.c.id == envelope, tombstone.c.told_at.is_(None))
        return update(tombstone).where(*unreported).values(told_at=now)


@built_once
def _unerased(most: int) -> Select[Any]:
    return select(tombstone.c.id).where(ENVELOPE_UNERASED).order_by(tombstone.c.at).limit(most)
