"""The table of keys that are watched after their owner said that they were replaced."""

from sqlalchemy import Column, Index, String, Table

from bot.domain.replacement.means import Means
from bot.store import due_conditions
from bot.store.due_conditions import partial
from bot.store.tables.columns import ID, KEY, PERSON, metadata, one_of
from bot.store.types import EnumText, Moment

replacement = Table(
    "replacement",
    metadata,
    Column("id", ID, primary_key=True, comment="the found key, or the credential, that was replaced"),
    Column("account", String(255), nullable=False),
    Column("user", String(64), nullable=False),
    Column("access_key_id", KEY, nullable=False),
    Column("means", EnumText(Means), nullable=False, comment="what took its place"),
    Column("began_by", PERSON, nullable=False, comment="who said that it was replaced"),
    Column("began_at", Moment, nullable=False),
    Column("quiet_since", Moment, nullable=False, comment="the start of the two days in which nothing may use it"),
    Column("look_at", Moment, nullable=False, comment="when the worker reads its use next"),
    Column("credential", ID, comment="the credential, if Latchkey created this key"),
    Column("used_at", Moment, comment="its last use since it was said to be replaced"),
    Column("used_by", String(128), comment="the tool of that use, if CloudTrail has it"),
    Column("unread", String(32), comment="why its use is unknown, while it is"),
    Column("offered_at", Moment, comment="when Switch off was offered, unless the key was used again"),
    Column("told_at", Moment, comment="when the newest message about it was sent"),
    Column("ended_at", Moment, comment="when Latchkey saw that the key no longer works"),
    one_of("means", Means),
    partial("ix_replacement_look_at", due_conditions.REPLACEMENT_WATCHED, "look_at"),
    Index("ix_replacement_ended_at", "account", "ended_at"),
    partial("ix_replacement_ended", due_conditions.REPLACEMENT_ENDED, "ended_at"),
)
