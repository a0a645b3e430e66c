"""Tables of inventory: how each account was last scanned, its IAM users, their keys, and adopted keys."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    String,
    Table,
    Text,
    text,
)

from bot.domain.adopted import Wish
from bot.domain.lifecycle import AdoptedState
from bot.domain.ownership import Source
from bot.store import due_conditions
from bot.store.due_conditions import partial
from bot.store.tables.columns import ID, KEY, PERSON, metadata, one_of
from bot.store.types import Facts, Moment, Word

STANDING, DOUBTED = text("gone_at IS NULL"), text("doubt IS NOT NULL AND gone_at IS NULL")
ACCOUNT, USER = String(255), String(64)  # IAM's own limit for a user name

reading = Table(
    "reading",
    metadata,
    Column("account", ACCOUNT, primary_key=True),
    Column("due_at", Moment, nullable=False),
    Column("claimed_until", Moment, comment="somebody is reading it"),
    Column("asked_at", Moment, comment="since when AWS is making the report that is waited for"),
    Column("read_at", Moment),
    Column("first_read_at", Moment, comment="from then on the account is dry for a while"),
    Column("report_at", Moment, comment="when AWS made the credential report that was read"),
    Column("users", Integer, nullable=False),
    Column("keys", Integer, nullable=False),
    Column("problem", Text, comment="why the last reading came to nothing, in a sentence"),
    Index(None, "due_at"),
)

found_user = Table(
    "found_user",
    metadata,
    Column("account", ACCOUNT, primary_key=True),
    Column("name", USER, primary_key=True),
    Column("arn", String(2048), nullable=False),
    Column("created_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("owner", String(64), comment="a Slack user id, or subteam-S…"),
    Column("tags", Facts, nullable=False),
    Column("password", Boolean, comment="of the console; null is unknown"),
    Column("mfa", Boolean),
    Column("quarantined", Boolean),
    Column("gone_at", Moment),
    Column("owner_by", Word(Source), comment="how the owner is known"),
    Column("member_at", Moment, comment="when Slack last had the owner as a full member"),
    Column("doubt", Text, comment="what a tag says that names nobody"),
    one_of("owner_by", Source),
    Index("ix_found_user_owner", "owner", sqlite_where=STANDING, postgresql_where=STANDING),
    Index("ix_found_user_doubt", "account", sqlite_where=DOUBTED, postgresql_where=DOUBTED),
    partial("ix_found_user_member", due_conditions.MEMBERS_USER, "owner"),
    Index("ix_found_user_gone_at", "account", "gone_at"),
    partial("ix_found_user_gone", due_conditions.GONE, "gone_at"),
)

found_key = Table(
    "found_key",
    metadata,
    Column("id", ID, primary_key=True),
    Column("account", ACCOUNT, nullable=False),
    Column("user", USER, nullable=False),
    Column("slot", Integer, comment="the report's; null beyond the two that it shows"),
    Column("created_at", Moment, nullable=False, comment="whole seconds: with the user, what the key is known by"),
    Column("active", Boolean, nullable=False),
    Column("first_seen_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("access_key_id", KEY, comment="asked for only when something is found on the key"),
    Column("credential", ID, comment="Latchkey's own"),
    Column("used_known", Boolean, nullable=False),
    Column("used_at", Moment),
    Column("used_service", String(64)),
    Column("used_region", String(64)),
    Column("unclear", Text, comment="why it cannot be told which key this is"),
    Column("gone_at", Moment),
    CheckConstraint("slot IN (1, 2)", name="slot"),
    CheckConstraint("slot IS NOT NULL OR access_key_id IS NOT NULL", name="known_by_something"),
    CheckConstraint("used_at IS NULL OR used_known", name="use_is_known"),
    ForeignKeyConstraint(["account", "user"], ["found_user.account", "found_user.name"]),
    Index(
        "uq_found_key_made",  # keys created in the same second differ only by slot
        "account",
        "user",
        "created_at",
        "slot",
        unique=True,
        sqlite_where=STANDING,
        postgresql_where=STANDING,
    ),
    Index(None, "account", "user"),
    partial("ix_found_key_gone", due_conditions.GONE, "gone_at"),
    partial("ix_found_key_active", text("active AND gone_at IS NULL"), "account", "created_at"),
    Index("uq_found_key_access_key_id", "access_key_id", unique=True, sqlite_where=STANDING, postgresql_where=STANDING),
    Index(
        "ix_found_key_unclear",
        "account",
        sqlite_where=text("unclear IS NOT NULL AND gone_at IS NULL"),
        postgresql_where=text("unclear IS NOT NULL AND gone_at IS NULL"),
    ),
)

adopted = Table(
    "adopted",
    metadata,
    Column("id", ForeignKey("found_key.id"), primary_key=True),
    Column("account", ACCOUNT, nullable=False),
    Column("user", USER, nullable=False),
    Column("access_key_id", KEY, nullable=False),
    Column("state", Word(AdoptedState), nullable=False),
    Column("began_at", Moment, nullable=False, comment="names the one message about what is going on"),
    Column("request", ID, comment="whose grant came in its place"),
    Column("wish", Word(Wish)),
    Column("wished_by", PERSON),
    Column("wished_at", Moment),
    Column("why", String(64)),
    Column("used_at", Moment),
    Column("used_service", String(64)),
    Column("used_region", String(64)),
    Column("used_read_at", Moment),
    Column("retire_at", Moment),
    Column("look_at", Moment),
    Column("proof", String(128)),
    Column("off_at", Moment),
    Column("off_by", PERSON),
    Column("delete_at", Moment),
    Column("delete_by", PERSON, comment="who asked for its deletion before the end of its undo period"),
    Column("told_at", Moment, comment="that it can be deleted by hand"),
    Column("undoers", Text, comment="who could agree to switch it on again, when it went off"),
    Column("undo_by", PERSON),
    Column("undo_at", Moment),
    Column("next_try_at", Moment),
    Column("gone_at", Moment),
    Column("touched", Integer, nullable=False, server_default=text("0"), comment="the lock over its agreements"),
    one_of("state", AdoptedState),
    one_of("wish", Wish),
    CheckConstraint("state <> 'off' OR (off_at IS NOT NULL AND delete_at IS NOT NULL)", name="off_has_its_end"),
    partial("ix_adopted_gone", due_conditions.GONE, "gone_at"),
    partial("ix_adopted_wish", due_conditions.WISHED, "wished_at"),
    partial("ix_adopted_retire_at", due_conditions.ADOPTED_ON, "retire_at"),
    partial("ix_adopted_look_at", due_conditions.ADOPTED_HELD, "look_at"),
    partial("ix_adopted_delete_at", due_conditions.ADOPTED_OFF, "delete_at"),
    partial("ix_adopted_delete_asked", due_conditions.ADOPTED_DELETE_ASKED, "delete_at"),
)

agreement = Table(
    "agreement",
    metadata,
    Column("adopted", ForeignKey("adopted.id"), primary_key=True),
    Column("approver", PERSON, primary_key=True, comment="one yes from each person to switching it on again"),
    Column("made_at", Moment, nullable=False),
)
