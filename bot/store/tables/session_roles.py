"""The table of roles with revoked sessions: which worker writes a role's policy, and when it is due."""

from sqlalchemy import Column, Index, Integer, String, Table, text

from bot.store.tables.columns import ID, ROLE, metadata
from bot.store.types import Moment

session_role = Table(
    "session_role",
    metadata,
    Column("role_arn", ROLE, primary_key=True),
    Column("account", String(255), nullable=False),
    Column("due_at", Moment, comment="when its policy is compared and written next"),
    Column("claimed_until", Moment, comment="until when one worker writes the policy"),
    Column("claim", ID),
    Column("tries", Integer, nullable=False, server_default=text("0")),
    Index(None, "due_at"),
    Index(None, "claimed_until"),
)
