"""Limits over any hour instead of a fixed one, and the limit of one open request for older rows."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.store.types import Moment

revision = "0017"
down_revision = "0016"
branch_labels = None
depends_on = None

MOMENT = Moment(timezone=True)
KEY = (
    "CASE WHEN {0}.kind = 'renew' THEN 'renew ' || {0}.\"grant\" WHEN {0}.replaces IS NOT NULL THEN 'replace ' ||"
    " {0}.replaces ELSE {0}.requester || ' ' || {0}.entitlement END"
)
FILL = (
    "UPDATE request SET dedup_key = MINE WHERE state = 'requested' AND NOT EXISTS (SELECT 1 FROM request AS other"
    " WHERE other.state = 'requested' AND OTHERS = MINE AND (other.made_at < request.made_at"
    " OR (other.made_at = request.made_at AND other.id < request.id)))"
)
NAME = (sa.Column("act", sa.String(32), nullable=False), sa.Column("person", sa.String(32), nullable=False))
SPAN = (
    sa.Column(
        "times", sa.Text(), nullable=False, comment="of the last ones, each in 13 digits: milliseconds since 1970"
    ),
    sa.Column(
        "left_out", sa.String(13), nullable=False, comment="the time before them, where there are as many as allowed"
    ),
    sa.Column("since", sa.String(13), nullable=False, comment="when the span began that ends with the last one"),
    sa.Column("until", MOMENT, nullable=False, comment="when the last one stops counting"),
)
COUNT = (
    sa.Column("count", sa.Integer(), nullable=False, comment="times in the span that is under way"),
    sa.Column("most", sa.Integer(), nullable=False),
    sa.Column("at", MOMENT, nullable=False, comment="of the last time"),
    sa.Column("until", MOMENT, nullable=False, comment="when the span ends"),
)


def upgrade() -> None:
    """Of several open requests for the same thing, the first gets the dedup key; all can still be decided."""
    _rate(SPAN, "left_out <= since")
    op.execute("UPDATE request SET dedup_key = NULL WHERE state = 'requested'")
    op.execute(FILL.replace("MINE", KEY.format("request")).replace("OTHERS", KEY.format("other")))


def downgrade() -> None:
    _rate(COUNT, "count <= most")


def _rate(columns: tuple[sa.Column[Any], ...], law: str) -> None:
    op.drop_table("rate")
    op.create_table(
        "rate",
        *NAME,
        *columns,
        sa.CheckConstraint(law, name=op.f("ck_rate_within")),
        sa.PrimaryKeyConstraint("act", "person", name=op.f("pk_rate")),
    )
