"""Tables of envelopes and their tombstones."""

from sqlalchemy import DDL, Column, ForeignKey, Index, LargeBinary, Table, event

from bot.domain.credential import Outcome
from bot.store.due_conditions import ENVELOPE_UNERASED, partial
from bot.store.tables.columns import ID, PERSON, metadata, one_of
from bot.store.types import EnumText, Moment

envelope = Table(
    "envelope",
    metadata,
    Column("id", ID, primary_key=True),
    Column("credential", ForeignKey("credential.id"), nullable=False, unique=True),
    Column("owner", PERSON, nullable=False),
    Column("proof_hash", LargeBinary(32), nullable=False),
    Column("nonce", LargeBinary(12), nullable=False),
    Column("aad", LargeBinary, nullable=False),
    Column("ciphertext", LargeBinary, nullable=False),
    Column("expires_at", Moment, nullable=False),
)
UNLOGGED = DDL("ALTER TABLE envelope SET UNLOGGED")  # type: ignore[no-untyped-call]
event.listen(envelope, "after_create", UNLOGGED.execute_if(dialect="postgresql"))
"""Keeps it out of PostgreSQL's WAL, and so out of its archive and replicas. A crash empties the table."""

tombstone = Table(
    "tombstone",
    metadata,
    Column("id", ID, primary_key=True),
    Column("credential", ForeignKey("credential.id"), nullable=False),
    Column("owner", PERSON, nullable=False),
    Column("proof_hash", LargeBinary(32), nullable=False),
    Column("outcome", EnumText(Outcome), nullable=False),
    Column("at", Moment, nullable=False),
    Column("told_at", Moment, comment="one DM for each dead envelope"),
    Column("erased_at", Moment, comment="since when no database file holds the envelope"),
    one_of("outcome", Outcome),
    Index(None, "credential"),
    partial("ix_tombstone_unerased", ENVELOPE_UNERASED, "at"),
    Index(None, "at"),
)
