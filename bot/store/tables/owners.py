"""Tables of ownership: decisions made in Slack, claims, Slack's answers about people, and leavers."""

from sqlalchemy import Column, Index, String, Table, Text, text

from bot.domain.ownership.claim import ClaimState
from bot.domain.ownership.owner_tags import ADDRESS_MOST
from bot.store.tables.columns import ID, PERSON, metadata, one_of
from bot.store.tables.inventory import ACCOUNT, USER
from bot.store.types import EnumText, Facts, Moment, Span

OWNER = String(64)
OPEN, AWAY, WANTED = text("state = 'open'"), text("back_at IS NULL"), text("wanted_at IS NOT NULL")

word = Table(
    "word",
    metadata,
    Column("account", ACCOUNT, primary_key=True),
    Column("iam_user", USER, primary_key=True),
    Column(
        "created_at",
        Moment,
        nullable=False,
        comment="when the IAM user was created, because a later user can have the same name",
    ),
    Column("owner", OWNER, comment="null: nobody"),
    Column("over", Text, nullable=False, comment="the owner tags at that time"),
    Column("by", PERSON, nullable=False),
    Column("at", Moment, nullable=False),
)

past_owner = Table(
    "past_owner",  # their approval doesn't count for an undo
    metadata,
    Column("account", ACCOUNT, primary_key=True),
    Column("iam_user", USER, primary_key=True),
    Column("person", PERSON, primary_key=True),
    Column("last_at", Moment, nullable=False, comment="when this person last owned it, alone or in a user group"),
    Index(None, "last_at"),
)

claim = Table(
    "claim",
    metadata,
    Column("id", ID, primary_key=True),
    Column("account", ACCOUNT, nullable=False),
    Column("iam_user", USER, nullable=False),
    Column("claimant", PERSON, nullable=False),
    Column(
        "asked_by",
        PERSON,
        nullable=False,
        comment="who named this person as owner, if they did not claim it themselves",
    ),
    Column("former", OWNER),
    Column("said", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("state", EnumText(ClaimState), nullable=False),
    Column("decided_by", PERSON),
    Column("decided_at", Moment),
    one_of("state", ClaimState),
    Index(None, "decided_at"),
    Index(
        "uq_claim_open",  # makes a double click harmless
        "account",
        "iam_user",
        "claimant",
        unique=True,
        sqlite_where=OPEN,
        postgresql_where=OPEN,
    ),
)

address = Table(
    "address",
    metadata,
    Column("address", String(ADDRESS_MOST), primary_key=True),
    Column("wanted_at", Moment, nullable=False, comment="when an inventory last found this address in a tag"),
    Column("asked_at", Moment, comment="when Slack last answered"),
    Column("person", PERSON, comment="the full member with this e-mail address; null: nobody"),
    Column("tried_at", Moment, comment="when Slack was last asked, with or without an answer"),
    Index(None, "asked_at"),
    Index(None, "wanted_at"),
)

presence = Table(
    "presence",  # Slack's answers about people and user groups, for sweeps
    metadata,
    Column("id", OWNER, primary_key=True, comment="a Slack user id, or the id of a user group"),
    Column("facts", Facts, comment="Slack's answer; null: none yet"),
    Column("read_at", Moment, comment="when Slack last answered"),
    Column("wanted_at", Moment, comment="since when somebody waits for an answer; null: nobody does"),
    Column("tried_at", Moment, comment="when Slack was last asked"),
    Index(None, "read_at"),
    Index("ix_presence_wanted", "tried_at", sqlite_where=WANTED, postgresql_where=WANTED),
)

leaver = Table(
    "leaver",
    metadata,
    Column("id", ID, primary_key=True),
    Column("owner", OWNER, nullable=False),
    Column("left_at", Moment, nullable=False, comment="when Latchkey noticed that this person left"),
    Column("told_stage", Span, comment="the latest reminder that was sent"),
    Column("back_at", Moment, comment="when this person was a full member again"),
    Index("uq_leaver_owner", "owner", unique=True, sqlite_where=AWAY, postgresql_where=AWAY),
)
