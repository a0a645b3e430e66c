"""Tables of key usage: digests of CloudTrail, who asked for one, and when the next look-up is allowed."""

from sqlalchemy import JSON, Boolean, CheckConstraint, Column, Index, Integer, String, Table

from bot.domain.usage.key_usage import Unread
from bot.store.due_conditions import USAGE_ASKED, partial
from bot.store.tables.columns import ID, KEY, PERSON, metadata, one_of
from bot.store.types import EnumText, Moment

ACCOUNT = String(255)

usage = Table(
    "usage",
    metadata,
    Column("account", ACCOUNT, primary_key=True),
    Column("access_key_id", KEY, primary_key=True),
    Column("tried_at", Moment, comment="when a worker last began to read it"),
    Column("read_at", Moment, comment="when CloudTrail answered; null: not yet"),
    Column("since", Moment, comment="start of the days that were asked for"),
    Column("unread", EnumText(Unread), comment="why nothing could be read; then the rest is unknown"),
    Column("complete", Boolean, nullable=False, comment="false if only the newest pages were read"),
    Column("first_seen", Moment),
    Column("last_seen", Moment),
    Column("calls", Integer, nullable=False),
    Column("denied", Integer, nullable=False, comment="how many of the calls AWS refused for lack of rights"),
    Column("services", JSON, nullable=False, comment="pairs of a name and a number of calls, as in the next columns"),
    Column("regions", JSON, nullable=False),
    Column("networks", JSON, nullable=False, comment="networks as CIDR, never whole addresses"),
    Column("tools", JSON, nullable=False),
    Column("roles", JSON, nullable=False, comment="roles that were assumed with the key"),
    Column("in_aws", String(128), comment="evidence that the key is used inside AWS"),
    Column("services_through", JSON, nullable=False, comment="AWS services that called on the key's behalf"),
    Column("day_networks", Integer, nullable=False, comment="the most networks within one day"),
    Column("day_people", Integer, nullable=False, comment="the most workstations within one day"),
    one_of("unread", Unread),
    CheckConstraint("unread IS NULL OR calls = 0", name="unread_is_unknown"),
    Index(None, "tried_at"),
)

usage_ask = Table(
    "usage_ask",
    metadata,
    Column("id", ID, primary_key=True),
    Column("account", ACCOUNT, nullable=False),
    Column("access_key_id", KEY, nullable=False),
    Column("asked_by", PERSON, nullable=False),
    Column("asked_at", Moment, nullable=False),
    Column("answered_at", Moment),
    Index(None, "asked_at"),
    partial("ix_usage_ask_open", USAGE_ASKED, "asked_at"),
    Index(
        "uq_usage_ask_open",  # a second ask while the first one waits is the same one
        "asked_by",
        "access_key_id",
        unique=True,
        sqlite_where=USAGE_ASKED,
        postgresql_where=USAGE_ASKED,
    ),
)

usage_slot = Table(
    "usage_slot",
    metadata,
    Column("account", String(12), primary_key=True, comment="the number of the AWS account"),
    Column("region", String(64), primary_key=True),
    Column("next_at", Moment, nullable=False, comment="the earliest next look-up, by the database's own clock"),
)
