"""Table of Home tabs that were opened lately."""

from sqlalchemy import Column, Index, Table

from bot.store.tables.columns import PERSON, metadata
from bot.store.types import Facts, Moment

home = Table(
    "home",
    metadata,
    Column("person", PERSON, primary_key=True),
    Column("opened_at", Moment, nullable=False, comment="when they last opened it, or turned to another page of it"),
    Column("offsets", Facts, nullable=False, comment="the page of each section: how many rows come before it"),
    Index(None, "opened_at"),
)
