"""Store since when a request has replaced its found key, so that sweeps only look at new ones."""

import sqlalchemy as sa
from alembic import op

from bot.store.types import Moment

revision = "0018"
down_revision = "0017"
branch_labels = None
depends_on = None

REPLACING = "replaces IS NOT NULL AND taken_over_at IS NULL"


def upgrade() -> None:
    comment = "when that key's overlap began, or it was seen to be gone"
    op.add_column("request", sa.Column("taken_over_at", Moment(), comment=comment))
    op.execute("UPDATE request SET taken_over_at = made_at WHERE id IN (SELECT request FROM adopted)")
    law = sa.text(REPLACING)
    op.create_index("ix_request_replacing", "request", ["made_at"], sqlite_where=law, postgresql_where=law)


def downgrade() -> None:
    op.drop_index("ix_request_replacing", "request")
    op.drop_column("request", "taken_over_at")
