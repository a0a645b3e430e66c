"""Reviews of emergencies, and the messages about them."""

import sqlalchemy as sa
from alembic import op

from bot.store.types import Moment

revision = "0028"
down_revision = "0027"
branch_labels = None
depends_on = None

OPEN = sa.text("closed_at IS NULL")
BEFORE = (
    "request:approval request:reminder request:receipt request:outcome grant:owner grant:ending grant:in-use "
    "grant:ended grant:stuck account:storm sweep:halted account:crowded credential:again credential:confirm "
    "envelope:knocked credential:rotated credential:stretched credential:switched credential:disowned "
    "orphan:found difference:found finding:digest account:report finding:alarm claim:open claim:outcome "
    "owner:none owner:left adopted:owner adopted:undo adopted:on adopted:end account:unread finding:escalated "
    "finding:enforced account:preview credential:window grant:overstated message:refused request:group-changed "
    "request:question request:answer issuing:paused issuing:resumed request:escalation request:misrouted"
)
ADDED = "request:break-glass review:reminder"


def upgrade() -> None:
    op.create_table(
        "review",
        sa.Column("request", sa.String(26), nullable=False, comment="the emergency that it is about"),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("remind_at", Moment(), nullable=False, comment="when people are reminded next that it is open"),
        sa.Column("closed_at", Moment()),
        sa.Column("closed_by", sa.String(32), comment="never its requester or owner"),
        sa.Column("justification", sa.Text(), comment="what the one who closed it wrote"),
        sa.CheckConstraint("(closed_at IS NULL) = (closed_by IS NULL)", name=op.f("ck_review_closed_by_somebody")),
        sa.ForeignKeyConstraint(["request"], ["request.id"], name=op.f("fk_review_request")),
        sa.PrimaryKeyConstraint("request", name=op.f("pk_review")),
    )
    op.create_index("ix_review_open", "review", ["remind_at"], sqlite_where=OPEN, postgresql_where=OPEN)
    _notices(f"{BEFORE} {ADDED}")


def downgrade() -> None:
    added = sa.bindparam("added", ADDED.split(), expanding=True)
    op.execute(sa.text("DELETE FROM outbox WHERE notice IN :added").bindparams(added))
    _notices(BEFORE)
    op.drop_table("review")


def _notices(words: str) -> None:
    listed = ", ".join(f"'{each}'" for each in words.split())
    with op.batch_alter_table("outbox") as table:
        table.drop_constraint(op.f("ck_outbox_notice"), type_="check")
        table.create_check_constraint(op.f("ck_outbox_notice"), f"notice IN ({listed})")
