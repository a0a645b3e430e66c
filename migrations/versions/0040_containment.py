"""Containment: what is known on the IAM user of a leaked key, and how often AWS refused a step."""

import sqlalchemy as sa
from alembic import op

revision = "0040"
down_revision = "0039"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column(
        "incident",
        sa.Column("unread", sa.String(255), comment="what the newest check could not read: call and error code"),
    )
    op.add_column(
        "incident",
        sa.Column("standing", sa.JSON(none_as_null=True), comment="keys, policies and password known on its IAM user"),
    )
    op.add_column(
        "incident_step",
        sa.Column(
            "tries",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="in a row that AWS refused or left open",
        ),
    )


def downgrade() -> None:
    op.drop_column("incident_step", "tries")
    op.drop_column("incident", "standing")
    op.drop_column("incident", "unread")
