"""The table of bulk limit questions and their answers."""

from sqlalchemy import Column, Index, Integer, String, Table, text

from bot.domain.bulk_limit import BulkAction, Verdict
from bot.store.tables.columns import ID, PERSON, metadata, one_of
from bot.store.types import EnumText, Moment

OPEN = text("verdict IS NULL")

halt = Table(
    "halt",
    metadata,
    Column("id", ID, primary_key=True),
    Column("account", String(255), nullable=False),
    Column("deed", EnumText(BulkAction), nullable=False),
    Column("many", Integer, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("verdict", EnumText(Verdict)),
    Column("settled_by", PERSON),
    Column("settled_at", Moment, comment="when somebody answered; the answer covers what was due by then"),
    one_of("deed", BulkAction),
    one_of("verdict", Verdict),
    Index("uq_halt_open", "account", "deed", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
    Index(None, "account", "deed", "settled_at"),
)
