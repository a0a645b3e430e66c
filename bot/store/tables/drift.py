"""The table of drift found on a grant."""

from sqlalchemy import Column, ForeignKey, Index, String, Table, text

from bot.domain.drift.difference import DifferenceKind
from bot.store import due_conditions
from bot.store.due_conditions import partial
from bot.store.tables.columns import ID, KEY, PERSON, metadata, one_of
from bot.store.types import EnumText, Facts, Moment

OPEN = text("closed_at IS NULL")

difference = Table(
    "difference",
    metadata,
    Column("id", ID, primary_key=True),
    Column("grant", ForeignKey("grants.id"), nullable=False),
    Column("kind", EnumText(DifferenceKind), nullable=False),
    Column("about", KEY, nullable=False, comment="an access key id, or empty"),
    Column("evidence", String(64), nullable=False, comment="a digest of what AWS has"),
    Column("facts", Facts, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("told_at", Moment, comment="when it was seen a second time and reported"),
    Column("pressed_by", PERSON, comment="who pressed the button; the worker acts next"),
    Column("pressed_at", Moment),
    Column("next_try_at", Moment),
    Column("stuck_on", String(255), comment="why the last repair failed"),
    Column("repaired_by", PERSON),
    Column("repaired_at", Moment),
    Column("closed_at", Moment),
    one_of("kind", DifferenceKind),
    Index(
        "uq_difference_open",
        "grant",
        "kind",
        "about",
        "evidence",
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    ),
    partial("ix_difference_closed_at", due_conditions.CLOSED, "closed_at"),
    partial("ix_difference_untold", due_conditions.DIFFERENCE_UNREPORTED, "grant"),
    Index(None, "pressed_by"),
)
