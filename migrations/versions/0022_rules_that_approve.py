"""An index for the quotas of rules that approve requests."""

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"
branch_labels = None
depends_on = None

RULED = sa.text("rule IS NOT NULL")


def upgrade() -> None:
    columns = ["requester", "rule", "made_at"]
    op.create_index("ix_request_ruled", "request", columns, sqlite_where=RULED, postgresql_where=RULED)


def downgrade() -> None:
    op.drop_index("ix_request_ruled", "request")
