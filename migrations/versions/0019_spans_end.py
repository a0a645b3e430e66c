"""Indexes to find expired flags and rate limits, and removal of flags without a value."""

import sqlalchemy as sa
from alembic import op

revision = "0019"
down_revision = "0018"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute("DELETE FROM flag WHERE value IS NULL AND at IS NULL")
    ends = sa.text("at IS NOT NULL")
    op.create_index("ix_flag_at", "flag", ["at"], sqlite_where=ends, postgresql_where=ends)
    op.create_index("ix_rate_until", "rate", ["until"])


def downgrade() -> None:
    op.drop_index("ix_rate_until", "rate")
    op.drop_index("ix_flag_at", "flag")
