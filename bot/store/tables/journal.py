"""Tables of messages and bookkeeping: outbox, messages, audit log, deliveries, flags and heartbeats."""

from sqlalchemy import CheckConstraint, Column, Index, Integer, String, Table, Text, UniqueConstraint, text

from bot.domain.events import Notice, Tag
from bot.store import due_conditions
from bot.store.due_conditions import partial
from bot.store.tables.columns import NUMBER, PERSON, metadata, one_of
from bot.store.types import EnumText, Facts, Moment

SUBJECT = String(320)  # an account of the catalog and an IAM user, or less

outbox = Table(
    "outbox",
    metadata,
    Column("id", NUMBER, primary_key=True, autoincrement=True),
    Column("notice", EnumText(Notice), nullable=False),
    Column("subject", SUBJECT, nullable=False),
    Column("to", String(255), nullable=False, comment="a channel, a person or an open modal"),
    Column("wanted", Integer, nullable=False, comment="the revision that Slack should show"),
    Column("done", Integer, nullable=False, comment="the revision that Slack shows"),
    Column("done_at", Moment, comment="when Slack last showed it, or when its subject was last seen to exist"),
    Column("due_at", Moment, nullable=False),
    Column("claimed_until", Moment),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Column("last_error", String(255)),
    one_of("notice", Notice),
    UniqueConstraint("notice", "subject", "to"),
    partial("ix_outbox_done_at", due_conditions.OUTBOX_DONE, "done_at"),
    Index(
        "ix_outbox_due",
        "due_at",
        sqlite_where=text("wanted > done"),
        postgresql_where=text("wanted > done"),
    ),
)

message = Table(
    "message",
    metadata,
    Column("notice", EnumText(Notice), primary_key=True),
    Column("subject", SUBJECT, primary_key=True),
    Column("to", PERSON, primary_key=True),
    Column("channel", String(32), nullable=False),
    Column("ts", String(32), nullable=False),
    Column("revision", Integer, nullable=False),
    Column(
        "posted_at", Moment, nullable=False, comment="when Slack first accepted it; from then on it counts as delivered"
    ),
)

audit = Table(
    "audit",
    metadata,
    Column("id", NUMBER, primary_key=True, autoincrement=True),
    Column("tag", EnumText(Tag), nullable=False),
    Column("subject", SUBJECT, nullable=False),
    Column("actor", String(255), nullable=False),
    Column("at", Moment, nullable=False),
    Column("facts", Facts, nullable=False),
    Index(None, "subject"),
    Index(None, "actor"),
)

delivery = Table(
    "delivery",
    metadata,
    Column("id", String(255), primary_key=True, comment="Slack's trigger, view or event id"),
    Column("at", Moment, nullable=False),
    Index(None, "at"),
)

flag = Table(
    "flag",
    metadata,
    Column("name", String(128), primary_key=True),
    Column("value", Text),
    Column("at", Moment),
    partial("ix_flag_at", due_conditions.FLAG_ENDS, "at"),
)

heartbeat = Table(
    "heartbeat",
    metadata,
    Column("worker", String(255), primary_key=True),
    Column("at", Moment, nullable=False),
)

rate = Table(
    "rate",
    metadata,
    Column("act", String(32), primary_key=True),
    Column("person", PERSON, primary_key=True),
    Column(
        "times",
        Text,
        nullable=False,
        comment="the times of the last events, each in 13 digits: milliseconds since 1970",
    ),
    Column(
        "left_out",
        String(13),
        nullable=False,
        comment="the time of the event before those, once as many are kept as the limit allows",
    ),
    Column("since", String(13), nullable=False, comment="start of the span that ends with the last event"),
    Column("until", Moment, nullable=False, comment="when the last event stops counting"),
    CheckConstraint("left_out <= since", name="within"),
    Index(None, "until"),
)
