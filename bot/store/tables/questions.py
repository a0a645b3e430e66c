"""Table of questions that approvers ask about a request."""

from sqlalchemy import CheckConstraint, Column, ForeignKey, Table, Text

from bot.store.tables.columns import ID, PERSON, metadata
from bot.store.types import Moment

question = Table(
    "question",
    metadata,
    Column("id", ID, primary_key=True),
    Column("request", ForeignKey("request.id"), nullable=False, index=True),
    Column("asked_by", PERSON, nullable=False, comment="an approver"),
    Column("text", Text, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("answer", Text, comment="the requester's"),
    Column("answered_at", Moment),
    CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name="answered"),
)
