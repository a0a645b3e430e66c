"""Pre-approvals, and which one a decision comes from."""

import sqlalchemy as sa
from alembic import op

from bot.store.types import Moment, Span

revision = "0025"
down_revision = "0024"
branch_labels = None
depends_on = None

OPEN = sa.text("ended_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "preapproval",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("request", sa.String(26), nullable=False, comment="on whose message it was given"),
        sa.Column("owner", sa.String(32), nullable=False),
        sa.Column("entitlement", sa.String(255), nullable=False),
        sa.Column("duration", Span(), nullable=False, comment="the longest request that it approves"),
        sa.Column("until", Moment(), nullable=False),
        sa.Column("by", sa.String(32), nullable=False, comment="the approver in whose name it approves"),
        sa.Column("made_at", Moment(), nullable=False),
        sa.Column("ended_at", Moment(), comment="revoked, or replaced by a later one"),
        sa.Column("ended_by", sa.String(32)),
        sa.ForeignKeyConstraint(["request"], ["request.id"], name=op.f("fk_preapproval_request")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_preapproval")),
    )
    op.create_index(op.f("ix_preapproval_request"), "preapproval", ["request"])
    op.create_index(op.f("ix_preapproval_until"), "preapproval", ["until"])
    columns = ["owner", "entitlement"]
    op.create_index("ix_preapproval_open", "preapproval", columns, sqlite_where=OPEN, postgresql_where=OPEN)
    op.add_column("decision", sa.Column("preapproval", sa.String(26), comment="given in advance"))


def downgrade() -> None:
    op.drop_column("decision", "preapproval")
    op.drop_table("preapproval")
