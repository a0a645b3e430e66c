"""Services that nobody used under a grant, from AWS's service last accessed details."""

import sqlalchemy as sa
from alembic import op

from bot.store.types import Moment

revision = "0033"
down_revision = "0032"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "last_accessed",
        sa.Column("grant", sa.String(26), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False, comment="when a notice or a renewal last wanted to know"),
        sa.Column("due_at", Moment(), comment="when AWS is asked next; null: nothing is outstanding"),
        sa.Column("job", sa.String(64), comment="the id under which AWS makes its report"),
        sa.Column("tries", sa.Integer(), nullable=False, server_default=sa.text("0")),
        sa.Column("read_at", Moment(), comment="when AWS answered"),
        sa.Column(
            "unused", sa.Text(), nullable=False, server_default="",
            comment="services that the grant allows and nobody used",
        ),
        sa.ForeignKeyConstraint(["grant"], ["grants.id"], name=op.f("fk_last_accessed_grant")),
        sa.PrimaryKeyConstraint("grant", name=op.f("pk_last_accessed")),
    )  # fmt: skip
    op.create_index(op.f("ix_last_accessed_due_at"), "last_accessed", ["due_at"])
    op.create_index(op.f("ix_last_accessed_asked_at"), "last_accessed", ["asked_at"])


def downgrade() -> None:
    op.drop_table("last_accessed")
