"""Tables of inventory: how each account was last scanned, its IAM users, their keys, and adopted keys."""

from sqlalchemy import (
    JSON,
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

from bot.domain.adopted import PendingAction
from bot.domain.lifecycle import AdoptedState
from bot.domain.ownership.owner import Source
from bot.store import due_conditions
from bot.store.due_conditions import partial
from bot.store.tables.columns import ID, KEY, PERSON, metadata, one_of
from bot.store.types import EnumText, Facts, Moment

STANDING, DOUBTED = text("gone_at IS NULL"), text("doubt IS NOT NULL AND gone_at IS NULL")
ACCOUNT, USER = String(255), String(64)  # IAM's own limit for a user name

reading = Table(
    "reading",
    metadata,
    Column("account", ACCOUNT, primary_key=True),
    Column("due_at", Moment, nullable=False),
    Column("claimed_until", Moment, comment="until when one worker reads this account"),
    Column("asked_at", Moment, comment="when AWS began to make the credential report"),
    Column("read_at", Moment),
    Column("first_read_at", Moment, comment="start of the dry run, in which nothing is deactivated"),
    Column("report_at", Moment, comment="when AWS made the credential report that was read last"),
    Column("users", Integer, nullable=False),
    Column("keys", Integer, nullable=False),
    Column("problem", Text, comment="why the last inventory failed, as a sentence"),
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
    Column("owner", String(64), comment="a Slack user id, or subteam-S… for a user group"),
    Column("tags", Facts, nullable=False),
    Column("password", Boolean, comment="whether the user can sign in to the console; null: unknown"),
    Column("mfa", Boolean),
    Column("quarantined", Boolean),
    Column("gone_at", Moment),
    Column("owner_by", EnumText(Source), comment="how Latchkey knows the owner"),
    Column("member_at", Moment, comment="when Slack last reported the owner as a full member"),
    Column(
        "allowed",
        JSON(none_as_null=True),
        comment="its policies, groups and boundary as inventory last read them; null: not read yet",
    ),
    Column("doubt", Text, comment="an owner tag that names nobody in this workspace"),
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
    Column("slot", Integer, comment="the slot in the credential report; null for a third key"),
    Column("created_at", Moment, nullable=False, comment="in whole seconds; with the user, identifies the key"),
    Column("active", Boolean, nullable=False),
    Column("first_seen_at", Moment, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("access_key_id", KEY, comment="read only for keys with a finding"),
    Column("credential", ID, comment="the credential, if Latchkey created this key"),
    Column("used_known", Boolean, nullable=False),
    Column("used_at", Moment),
    Column("used_service", String(64)),
    Column("used_region", String(64)),
    Column("unclear", Text, comment="why Latchkey cannot tell which key this is"),
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
    Column("state", EnumText(AdoptedState), nullable=False),
    Column("began_at", Moment, nullable=False, comment="start of this deactivation or deletion, which has one message"),
    Column("request", ID, comment="the request whose grant replaces it"),
    Column("pending_action", EnumText(PendingAction)),
    Column("pending_by", PERSON),
    Column("pending_since", Moment),
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
    Column("told_at", Moment, comment="when its owner was told that somebody can delete it by hand"),
    Column("undoers", Text, comment="who could agree to reactivate it when it was deactivated"),
    Column("undo_by", PERSON),
    Column("undo_at", Moment),
    Column("next_try_at", Moment),
    Column("gone_at", Moment),
    Column(
        "touched", Integer, nullable=False, server_default=text("0"), comment="row lock while agreements are counted"
    ),
    one_of("state", AdoptedState),
    one_of("pending_action", PendingAction),
    CheckConstraint("state <> 'off' OR (off_at IS NOT NULL AND delete_at IS NOT NULL)", name="off_has_its_end"),
    partial("ix_adopted_gone", due_conditions.GONE, "gone_at"),
    partial("ix_adopted_pending", due_conditions.PENDING, "pending_since"),
    partial("ix_adopted_retire_at", due_conditions.ADOPTED_ON, "retire_at"),
    partial("ix_adopted_look_at", due_conditions.ADOPTED_HELD, "look_at"),
    partial("ix_adopted_delete_at", due_conditions.ADOPTED_OFF, "delete_at"),
    partial("ix_adopted_delete_asked", due_conditions.ADOPTED_DELETE_ASKED, "delete_at"),
)

agreement = Table(
    "agreement",
    metadata,
    Column("adopted", ForeignKey("adopted.id"), primary_key=True),
    Column("approver", PERSON, primary_key=True, comment="one agreement from each person"),
    Column("made_at", Moment, nullable=False),
)
