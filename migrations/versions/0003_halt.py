"""Halts: what a clock has asked before it does more than twenty acts, and what was answered."""

import sqlalchemy as sa
from alembic import op

from bot.store.types import Moment

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

OPEN = sa.text("verdict IS NULL")
MOMENT = Moment(timezone=True)


def upgrade() -> None:
    op.create_table(
        "halt",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("account", sa.String(255), nullable=False),
        sa.Column("deed", sa.String(32), nullable=False),
        sa.Column("many", sa.Integer(), nullable=False),
        sa.Column("asked_at", MOMENT, nullable=False),
        sa.Column("verdict", sa.String(32), nullable=True),
        sa.Column("settled_by", sa.String(32), nullable=True),
        sa.Column("settled_at", MOMENT, nullable=True, comment="the verdict holds for what was due by then"),
        sa.CheckConstraint("deed IN ('switch-off', 'delete')", name=op.f("ck_halt_deed")),
        sa.CheckConstraint("verdict IN ('go', 'stop')", name=op.f("ck_halt_verdict")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_halt")),
    )
    op.create_index("uq_halt_open", "halt", ["account", "deed"], unique=True, sqlite_where=OPEN, postgresql_where=OPEN)
    op.create_index("ix_halt_account_deed_settled_at", "halt", ["account", "deed", "settled_at"])


def downgrade() -> None:
    op.drop_table("halt")
