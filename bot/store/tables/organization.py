"""The table of the organization's accounts."""

from sqlalchemy import Column, Index, String, Table

from bot.domain.hygiene.organization import NAME_KEPT
from bot.store.tables.columns import metadata
from bot.store.types import Moment

member_account = Table(
    "member_account",  # active ones, as AWS last listed them
    metadata,
    Column("id", String(12), primary_key=True, comment="the account's number in AWS"),
    Column("name", String(NAME_KEPT), nullable=False, comment="its name in AWS"),
    Column("seen_at", Moment, nullable=False, comment="when AWS last listed it"),
    Index(None, "seen_at"),
)
