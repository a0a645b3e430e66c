"""Limits: one open request for each dedup_key, and how often a person may do something in a span."""

import sqlalchemy as sa
from alembic import op

from bot.store.types import Moment

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None

MOMENT = Moment(timezone=True)
OPEN = sa.text("state = 'requested'")


def upgrade() -> None:
    op.add_column(
        "request",
        sa.Column("dedup_key", sa.String(300), comment="what is asked for, and by whom: once while it is open"),
    )
    op.create_index(
        "uq_request_dedup_key", "request", ["dedup_key"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN
    )
    op.create_table(
        "rate",
        sa.Column("act", sa.String(32), nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False, comment="times in the span that is under way"),
        sa.Column("most", sa.Integer(), nullable=False),
        sa.Column("at", MOMENT, nullable=False, comment="of the last time"),
        sa.Column("until", MOMENT, nullable=False, comment="when the span ends"),
        sa.CheckConstraint("count <= most", name=op.f("ck_rate_within")),
        sa.PrimaryKeyConstraint("act", "person", name=op.f("pk_rate")),
    )


def downgrade() -> None:
    op.drop_table("rate")
    op.drop_index("uq_request_dedup_key", "request")
    op.drop_column("request", "dedup_key")
