"""The table of reviews."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Table, Text

from bot.store import due_conditions
from bot.store.due_conditions import partial
from bot.store.tables.columns import PERSON, metadata
from bot.store.types import Moment

review = Table(
    "review",
    metadata,
    Column("request", ForeignKey("request.id"), primary_key=True, comment="the emergency that it is about"),
    Column("opened_at", Moment, nullable=False),
    Column("remind_at", Moment, nullable=False, comment="when people are reminded next that it is open"),
    Column("closed_at", Moment),
    Column("closed_by", PERSON, comment="never its requester or owner"),
    Column("justification", Text, comment="what the one who closed it wrote"),
    CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name="closed_by_somebody"),
    partial("ix_review_open", due_conditions.REVIEW_OPEN, "remind_at"),
)
