"""Who deactivated a key: its owner may undo only their own deactivation, or a sweep's."""

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.add_column("credential", sa.Column("off_by", sa.String(32), comment="who switched it off, while it is retiring"))
    op.execute(
        "UPDATE credential SET off_by = (SELECT substr(actor, 1, 32) FROM audit WHERE audit.subject = credential.id"
        " AND audit.tag = 'credential:retiring' ORDER BY audit.id DESC LIMIT 1) WHERE state = 'retiring'"
    )


def downgrade() -> None:
    op.drop_column("credential", "off_by")
