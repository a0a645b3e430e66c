"""The table of services that nobody used under a grant."""

from sqlalchemy import Column, ForeignKey, Index, Integer, String, Table, Text, text

from bot.store.tables.columns import metadata
from bot.store.types import Moment

last_accessed = Table(
    "last_accessed",
    metadata,
    Column("grant", ForeignKey("grants.id"), primary_key=True),
    Column("asked_at", Moment, nullable=False, comment="when a notice or a renewal last wanted to know"),
    Column("due_at", Moment, comment="when AWS is asked next; null: nothing is outstanding"),
    Column("job", String(64), comment="the id under which AWS makes its report"),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("read_at", Moment, comment="when AWS answered"),
    Column("unused", Text, nullable=False, server_default="", comment="services that the grant allows and nobody used"),
    Index(None, "due_at"),
    Index(None, "asked_at"),
)
