"""Tables that put the events of the audit log in order, after they were committed.

They have no foreign key to `audit`: its rows are never deleted, and the check would lock one for each event.
"""

from sqlalchemy import CheckConstraint, Column, Integer, String, Table, UniqueConstraint

from bot.store.tables.columns import NUMBER, metadata
from bot.store.types import Moment

HASH = String(64)

audit_waiting = Table(
    "audit_waiting",
    metadata,
    Column("event", NUMBER, primary_key=True, autoincrement=False),
    comment="Events without a number yet. A trigger adds each event in its own transaction.",
)

audit_chain = Table(
    "audit_chain",
    metadata,
    Column(
        "seq", NUMBER, primary_key=True, autoincrement=False, comment="counts committed events from 1, without gaps"
    ),
    Column("event", NUMBER, nullable=False),
    Column("previous_hash", HASH, nullable=False),
    Column("hash", HASH, nullable=False, comment="of the exported line, which holds the hash before it"),
    UniqueConstraint("event"),
    comment="The order of events and the hash chain over them. Rows are only ever added.",
)

audit_cursor = Table(
    "audit_cursor",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("numbered", NUMBER, nullable=False, comment="the last number of the chain"),
    Column("hash", HASH, nullable=False, comment="the last hash of the chain"),
    Column("sent", NUMBER, nullable=False, comment="the last number that the webhook took"),
    Column("tries", Integer, nullable=False, comment="how often the next one has failed"),
    Column("due_at", Moment, comment="when it is tried again"),
    Column("claimed_by", String(255), comment="the worker that sends"),
    Column("claimed_until", Moment),
    CheckConstraint("id = 1", name="one"),
    comment="How far numbering and the webhook have come. One row.",
)
