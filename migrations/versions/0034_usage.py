"""Where keys are used: digests of CloudTrail, who asked for one, and the slots of its rate limit."""

import sqlalchemy as sa
from alembic import op

from bot.store.types import Moment

revision = "0034"
down_revision = "0033"
branch_labels = None
depends_on = None

OPEN = sa.text("answered_at IS NULL")


def upgrade() -> None:
    op.create_table(
        "usage",
        sa.Column("account", sa.String(255), nullable=False),
        sa.Column("access_key_id", sa.String(128), nullable=False),
        sa.Column("tried_at", Moment(), comment="when a worker last began to read it"),
        sa.Column("read_at", Moment(), comment="when CloudTrail answered; null: not yet"),
        sa.Column("since", Moment(), comment="start of the days that were asked for"),
        sa.Column("unread", sa.String(32), comment="why nothing could be read; then the rest is unknown"),
        sa.Column("complete", sa.Boolean(), nullable=False, comment="false if only the newest pages were read"),
        sa.Column("first_seen", Moment()),
        sa.Column("last_seen", Moment()),
        sa.Column("calls", sa.Integer(), nullable=False),
        sa.Column(
            "denied", sa.Integer(), nullable=False, comment="how many of the calls AWS refused for lack of rights"
        ),
        sa.Column(
            "services",
            sa.JSON(),
            nullable=False,
            comment="pairs of a name and a number of calls, as in the next columns",
        ),
        sa.Column("regions", sa.JSON(), nullable=False),
        sa.Column("networks", sa.JSON(), nullable=False, comment="networks as CIDR, never whole addresses"),
        sa.Column("tools", sa.JSON(), nullable=False),
        sa.Column("roles", sa.JSON(), nullable=False, comment="roles that were assumed with the key"),
        sa.Column("in_aws", sa.String(128), comment="evidence that the key is used inside AWS"),
        sa.Column(
            "services_through", sa.JSON(), nullable=False, comment="AWS services that called on the key's behalf"
        ),
        sa.Column("day_networks", sa.Integer(), nullable=False, comment="the most networks within one day"),
        sa.Column("day_people", sa.Integer(), nullable=False, comment="the most workstations within one day"),
        sa.CheckConstraint(
            "unread IN ('denied', 'throttled', 'region-off', 'turned-off', 'failed')", name=op.f("ck_usage_unread")
        ),
        sa.CheckConstraint("unread IS NULL OR calls = 0", name=op.f("ck_usage_unread_is_unknown")),
        sa.PrimaryKeyConstraint("account", "access_key_id", name=op.f("pk_usage")),
    )
    op.create_index(op.f("ix_usage_tried_at"), "usage", ["tried_at"])
    op.create_table(
        "usage_ask",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("account", sa.String(255), nullable=False),
        sa.Column("access_key_id", sa.String(128), nullable=False),
        sa.Column("asked_by", sa.String(32), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("answered_at", Moment()),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_usage_ask")),
    )
    op.create_index(op.f("ix_usage_ask_asked_at"), "usage_ask", ["asked_at"])
    op.create_index("ix_usage_ask_open", "usage_ask", ["asked_at"], sqlite_where=OPEN, postgresql_where=OPEN)
    one = {"unique": True, "sqlite_where": OPEN, "postgresql_where": OPEN}
    op.create_index("uq_usage_ask_open", "usage_ask", ["asked_by", "access_key_id"], **one)
    op.create_table(
        "usage_slot",
        sa.Column("account", sa.String(12), nullable=False, comment="the number of the AWS account"),
        sa.Column("region", sa.String(64), nullable=False),
        sa.Column(
            "next_at", Moment(), nullable=False, comment="the earliest next look-up, by the database's own clock"
        ),
        sa.PrimaryKeyConstraint("account", "region", name=op.f("pk_usage_slot")),
    )


def downgrade() -> None:
    op.drop_table("usage_slot")
    op.drop_table("usage_ask")
    op.drop_table("usage")
