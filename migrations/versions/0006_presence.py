"""Presence: Slack's answers about people and user groups, and when an address was last looked up."""

import sqlalchemy as sa
from alembic import op

from bot.store.types import Facts, Moment

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

MOMENT = Moment(timezone=True)
WANTED = sa.text("wanted_at IS NOT NULL")


def upgrade() -> None:
    op.create_table(
        "presence",
        sa.Column("id", sa.String(64), nullable=False, comment="a Slack user id, or the id of a user group"),
        sa.Column("facts", Facts(), nullable=True, comment="as the answer was; null: none yet"),
        sa.Column("read_at", MOMENT, nullable=True, comment="when Slack last answered"),
        sa.Column(
            "wanted_at", MOMENT, nullable=True, comment="since when somebody waits for an answer; null: nobody does"
        ),
        sa.Column("tried_at", MOMENT, nullable=True, comment="when Slack was last asked"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_presence")),
    )
    op.create_index("ix_presence_wanted", "presence", ["tried_at"], sqlite_where=WANTED, postgresql_where=WANTED)
    asked = sa.Column("tried_at", MOMENT, nullable=True, comment="when Slack was last asked, answered or not")
    op.add_column("address", asked)


def downgrade() -> None:
    op.drop_column("address", "tried_at")
    op.drop_table("presence")
