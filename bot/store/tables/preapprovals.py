"""The table of pre-approvals."""

from sqlalchemy import Column, ForeignKey, Index, String, Table

from bot.store import due_conditions
from bot.store.due_conditions import partial
from bot.store.tables.columns import ID, PERSON, metadata
from bot.store.types import Moment, Span

preapproval = Table(
    "preapproval",
    metadata,
    Column("id", ID, primary_key=True),
    Column("request", ForeignKey("request.id"), nullable=False, comment="on whose message it was given"),
    Column("owner", PERSON, nullable=False),
    Column("entitlement", String(255), nullable=False),
    Column("duration", Span, nullable=False, comment="the longest request that it approves"),
    Column("until", Moment, nullable=False),
    Column("by", PERSON, nullable=False, comment="the approver in whose name it approves"),
    Column("made_at", Moment, nullable=False),
    Column("ended_at", Moment, comment="revoked, or replaced by a later one"),
    Column("ended_by", PERSON),
    Index(None, "request"),
    Index(None, "until"),
    partial("ix_preapproval_open", due_conditions.PREAPPROVAL_OPEN, "owner", "entitlement"),
)
