"""The table of AWS calls in progress."""

from sqlalchemy import Column, String, Table

from bot.domain.keys.pending_call import Call
from bot.store.tables.columns import ID, metadata, one_of
from bot.store.types import EnumText, Moment

pending_call = Table(
    "pending_call",
    metadata,
    Column("subject", ID, primary_key=True, comment="a credential or a found key"),
    Column("call", EnumText(Call), nullable=False),
    Column("by", String(255), nullable=False),
    Column("at", Moment, nullable=False),
    one_of("call", Call),
)
