"""A request has an owner beside its requester, a ticket, an emergency, a rule; a decision may shorten the duration."""

import sqlalchemy as sa
from alembic import op

from bot.store.types import Span

revision = "0021"
down_revision = "0020"
branch_labels = None
depends_on = None


def upgrade() -> None:
    owner = sa.Column(
        "owner", sa.String(32), nullable=False, server_default=sa.text("''"), comment="who will hold the credential"
    )
    op.add_column("request", owner)
    op.execute("UPDATE request SET owner = requester")
    op.create_index(op.f("ix_request_owner"), "request", ["owner"])
    op.add_column("request", sa.Column("ticket", sa.String(255), comment="as the requester typed it"))
    emergency = sa.Column(
        "emergency",
        sa.Boolean(),
        nullable=False,
        server_default=sa.false(),
        comment="issued before anybody decided",
    )
    op.add_column("request", emergency)
    op.add_column("request", sa.Column("rule", sa.Integer(), comment="which auto_approve of the catalog approved it"))
    op.add_column("decision", sa.Column("duration", Span(), comment="shorter than what was asked for"))


def downgrade() -> None:
    op.drop_column("decision", "duration")
    op.drop_column("request", "rule")
    op.drop_column("request", "emergency")
    op.drop_column("request", "ticket")
    op.drop_index(op.f("ix_request_owner"), "request")
    op.drop_column("request", "owner")
