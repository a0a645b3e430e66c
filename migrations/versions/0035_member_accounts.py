"""The organization's accounts."""

import sqlalchemy as sa
from alembic import op

from bot.store.types import Moment

revision = "0035"
down_revision = "0034"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "member_account",
        sa.Column("id", sa.String(12), nullable=False, comment="the account's number in AWS"),
        sa.Column("name", sa.String(50), nullable=False, comment="its name in AWS"),
        sa.Column("seen_at", Moment(), nullable=False, comment="when AWS last listed it"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member_account")),
    )
    op.create_index(op.f("ix_member_account_seen_at"), "member_account", ["seen_at"])


def downgrade() -> None:
    op.drop_table("member_account")
