"""Keeps: who kept a finding, when the approvers saw it, and transfers; messages that Slack rejected."""

import sqlalchemy as sa
from alembic import op

from bot.store.types import Moment

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

MOMENT = Moment(timezone=True)
UNTOLD = sa.text("closed_at IS NULL AND kept_by IS NOT NULL AND keep_told_at IS NULL")
BEFORE = (
    "request:approval request:reminder request:receipt request:outcome grant:owner grant:ending grant:in-use "
    "grant:ended grant:stuck account:storm sweep:halted account:crowded credential:again credential:confirm "
    "envelope:knocked credential:rotated credential:stretched credential:switched credential:disowned "
    "orphan:found difference:found finding:digest account:report finding:alarm claim:open claim:outcome "
    "owner:none owner:left adopted:owner adopted:undo adopted:on adopted:end account:unread finding:escalated "
    "finding:enforced account:preview credential:window grant:overstated"
)
REFUSED = "message:refused"


def upgrade() -> None:
    seen = "when the approvers' daily message showed this Keep"
    op.add_column("finding", sa.Column("kept_by", sa.String(32), nullable=True))
    op.add_column("finding", sa.Column("keep_told_at", MOMENT, nullable=True, comment=seen))
    handed = sa.Column(
        "handed", sa.Boolean(), nullable=False, server_default=sa.false(), comment="another owner has begun it anew"
    )
    op.add_column("finding", handed)
    op.create_index("ix_finding_keep_untold", "finding", ["kept_until"], sqlite_where=UNTOLD, postgresql_where=UNTOLD)
    _notices(f"{BEFORE} {REFUSED}")


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM outbox WHERE notice = :refused").bindparams(refused=REFUSED))
    _notices(BEFORE)
    op.drop_index("ix_finding_keep_untold", "finding")
    for column in ("handed", "keep_told_at", "kept_by"):
        op.drop_column("finding", column)


def _notices(words: str) -> None:
    listed = ", ".join(f"'{each}'" for each in words.split())
    with op.batch_alter_table("outbox") as table:
        table.drop_constraint(op.f("ck_outbox_notice"), type_="check")
        table.create_check_constraint(op.f("ck_outbox_notice"), f"notice IN ({listed})")
