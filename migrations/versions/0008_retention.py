"""Add when Slack last showed a message, and the indexes to find old rows."""

from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from bot.store.types import Moment

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None

PARTIAL = (
    ("ix_outbox_done_at", "outbox", ["done_at"], "wanted <= done"),
    ("ix_finding_closed_at", "finding", ["closed_at"], "closed_at IS NOT NULL"),
    ("ix_difference_closed_at", "difference", ["closed_at"], "closed_at IS NOT NULL"),
    ("ix_found_user_gone", "found_user", ["gone_at"], "gone_at IS NOT NULL"),
    ("ix_found_key_gone", "found_key", ["gone_at"], "gone_at IS NOT NULL"),
    ("ix_adopted_gone", "adopted", ["gone_at"], "gone_at IS NOT NULL"),
)
WHOLE = (
    ("ix_found_key_account_user", "found_key", ["account", "user"]),
    ("ix_tombstone_at", "tombstone", ["at"]),
    ("ix_claim_decided_at", "claim", ["decided_at"]),
    ("ix_past_owner_last_at", "past_owner", ["last_at"]),
    ("ix_address_wanted_at", "address", ["wanted_at"]),
    ("ix_presence_read_at", "presence", ["read_at"]),
)


def upgrade() -> None:
    comment = "when Slack last showed it, or its subject was last seen to stand"
    op.add_column("outbox", sa.Column("done_at", Moment(), comment=comment))
    columns = (sa.column("wanted", sa.Integer()), sa.column("done", sa.Integer()), sa.column("done_at", Moment()))
    outbox = sa.table("outbox", *columns)
    shown = outbox.c.wanted <= outbox.c.done  # before this revision, the time wasn't stored
    op.execute(sa.update(outbox).where(shown).values(done_at=datetime.now(UTC)))
    for name, table, on, where in PARTIAL:
        law = sa.text(where)
        op.create_index(name, table, on, sqlite_where=law, postgresql_where=law)
    for name, table, on in WHOLE:
        op.create_index(name, table, on)


def downgrade() -> None:
    for name, table, *_ in (*PARTIAL, *WHOLE):
        op.drop_index(name, table)
    op.drop_column("outbox", "done_at")
