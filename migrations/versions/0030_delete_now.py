"""Who asked for the deletion of a switched-off key before the end of its undo period."""

import sqlalchemy as sa
from alembic import op

revision = "0030"
down_revision = "0029"
branch_labels = None
depends_on = None

ASKED = {
    "credential": "state = 'retiring' AND delete_by IS NOT NULL",
    "adopted": "state = 'off' AND delete_by IS NOT NULL",
}


def upgrade() -> None:
    for table, asked in ASKED.items():
        comment = "who asked for its deletion before the end of its undo period"
        op.add_column(table, sa.Column("delete_by", sa.String(32), comment=comment))
        condition = sa.text(asked)
        op.create_index(
            f"ix_{table}_delete_asked", table, ["delete_at"], sqlite_where=condition, postgresql_where=condition
        )


def downgrade() -> None:
    for table in ASKED:
        op.drop_index(f"ix_{table}_delete_asked", table)
        op.drop_column(table, "delete_by")
