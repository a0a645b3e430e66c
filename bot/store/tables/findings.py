"""Tables of findings, and of which step was reported in which message."""

from sqlalchemy import Boolean, CheckConstraint, Column, ForeignKey, Index, Integer, String, Table, Text, false, text

from bot.domain.events import Notice
from bot.domain.hygiene.finding import FindingKind, Step
from bot.store.due_conditions import CLOSED, partial
from bot.store.tables.columns import ID, KEY, PERSON, metadata, one_of
from bot.store.tables.journal import SUBJECT
from bot.store.types import EnumText, Moment

OPEN = text("closed_at IS NULL")
DUE = text("closed_at IS NULL AND step IS NOT NULL")
KEEP_UNREPORTED = text("closed_at IS NULL AND kept_by IS NOT NULL AND keep_told_at IS NULL")

finding = Table(
    "finding",
    metadata,
    Column("id", ID, primary_key=True),
    Column("kind", EnumText(FindingKind), nullable=False),
    Column("credential", ForeignKey("credential.id")),
    Column("owner", String(64), comment="a Slack user id, or subteam-S… for a user group; null: nobody"),
    Column("account", String(255), nullable=False),
    Column("iam_user", String(64), nullable=False),
    Column("access_key_id", KEY, nullable=False, comment="empty if it is about the whole user"),
    Column("opened_at", Moment, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("closed_at", Moment),
    Column("told_at", Moment),
    Column("kept_until", Moment),
    Column("kept_why", Text),
    Column("kept_by", PERSON),
    Column("keep_told_at", Moment, comment="when the approvers' daily message showed this Keep"),
    Column("round", Integer, nullable=False, server_default=text("0"), comment="counts up after each exemption"),
    Column("stage", Integer, nullable=False, server_default=text("0"), comment="escalation steps taken in this round"),
    Column("step", EnumText(Step), comment="the next escalation step"),
    Column("due_at", Moment, comment="when the next escalation step is due"),
    Column(
        "handed",
        Boolean,
        nullable=False,
        server_default=false(),
        comment="a new owner took over and the reminders began again",
    ),
    one_of("kind", FindingKind),
    one_of("step", Step),
    CheckConstraint("(step IS NULL) = (due_at IS NULL)", name="next_is_due"),
    Index(
        "uq_finding_open",
        "account",
        "iam_user",
        "access_key_id",
        "kind",
        unique=True,
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
    Index(
        "ix_finding_owner",
        "owner",
        sqlite_where=text("closed_at IS NULL"),
        postgresql_where=text("closed_at IS NULL"),
    ),
    Index(
        "ix_finding_due",  # partial: closed findings and those without a next step don't slow the query down
        "step",
        "due_at",
        sqlite_where=DUE,
        postgresql_where=DUE,
    ),
    partial("ix_finding_open_kind", OPEN, "account", "kind", "opened_at"),
    Index(None, "account", "closed_at"),
    partial("ix_finding_closed_at", CLOSED, "closed_at"),
    partial("ix_finding_keep_untold", KEEP_UNREPORTED, "kept_until"),
    Index(None, "credential"),
)

told = Table(
    "told",  # each step of each round is reported once
    metadata,
    Column("finding", ForeignKey("finding.id"), primary_key=True),
    Column("round", Integer, primary_key=True),
    Column("stage", Integer, primary_key=True),
    Column("step", EnumText(Step), nullable=False),
    Column("notice", EnumText(Notice), nullable=False),
    Column("subject", SUBJECT, nullable=False),
    Column("at", Moment, nullable=False),
    one_of("step", Step),
    Index(None, "notice", "subject"),
)
