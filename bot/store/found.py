"""Tables of what was found in AWS: by hygiene on a key, and by the comparison on a grant."""

from sqlalchemy import Column, ForeignKey, Index, String, Table, Text, text

from bot.domain.difference import DifferenceKind
from bot.domain.hygiene import FindingKind
from bot.store.columns import ID, KEY, PERSON, metadata, one_of
from bot.store.types import Facts, Moment, Word

OPEN = text("closed_at IS NULL")

finding = Table(
    "finding",
    metadata,
    Column("id", ID, primary_key=True),
    Column("kind", Word(FindingKind), nullable=False),
    Column("credential", ForeignKey("credential.id")),
    Column("owner", String(64), comment="a Slack user id, or subteam-S…; null: nobody has it"),
    Column("account", String(255), nullable=False),
    Column("iam_user", String(64), nullable=False),
    Column("access_key_id", KEY, nullable=False, comment="empty where it is about the user as a whole"),
    Column("opened_at", Moment, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("closed_at", Moment),
    Column("told_at", Moment),
    Column("kept_until", Moment),
    Column("kept_why", Text),
    one_of("kind", FindingKind),
    Index(
        "uq_finding_open",
        "account",
        "iam_user",
        "access_key_id",
        "kind",
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    ),
    Index(
        "ix_finding_to_tell",
        "owner",
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    ),
    Index(None, "owner", "told_at"),
    Index(None, "credential"),
)

difference = Table(
    "difference",
    metadata,
    Column("id", ID, primary_key=True),
    Column("grant", ForeignKey("grants.id"), nullable=False),
    Column("kind", Word(DifferenceKind), nullable=False),
    Column("about", KEY, nullable=False, comment="an access key id, or nothing"),
    Column("evidence", String(64), nullable=False, comment="a digest of what AWS has"),
    Column("facts", Facts, nullable=False),
    Column("seen_at", Moment, nullable=False),
    Column("told_at", Moment, comment="when it was seen again: once"),
    Column("pressed_by", PERSON, comment="who wants it mended; the worker has yet to do it"),
    Column("pressed_at", Moment),
    Column("next_try_at", Moment),
    Column("stuck_on", String(255), comment="why the last press came to nothing"),
    Column("mended_by", PERSON),
    Column("mended_at", Moment),
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
    Index(None, "pressed_by"),
)
