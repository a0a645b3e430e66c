"""A request counts the groups it was escalated to; messages about escalations and about approvers who can't be asked."""

import sqlalchemy as sa
from alembic import op

revision = "0027"
down_revision = "0026"
branch_labels = None
depends_on = None

BEFORE = (
    "request:approval request:reminder request:receipt request:outcome grant:owner grant:ending grant:in-use "
    "grant:ended grant:stuck account:storm sweep:halted account:crowded credential:again credential:confirm "
    "envelope:knocked credential:rotated credential:stretched credential:switched credential:disowned "
    "orphan:found difference:found finding:digest account:report finding:alarm claim:open claim:outcome "
    "owner:none owner:left adopted:owner adopted:undo adopted:on adopted:end account:unread finding:escalated "
    "finding:enforced account:preview credential:window grant:overstated message:refused request:group-changed "
    "request:question request:answer issuing:paused issuing:resumed"
)
NEW = "request:escalation request:misrouted"


def upgrade() -> None:
    times = sa.Column(
        "escalations",
        sa.Integer(),
        nullable=False,
        server_default=sa.text("0"),
        comment="how many further groups were asked",
    )
    op.add_column("request", times)
    op.execute("UPDATE request SET escalations = 1 WHERE escalated_at IS NOT NULL")
    _notices(f"{BEFORE} {NEW}")


def downgrade() -> None:
    for each in NEW.split():
        op.execute(sa.text("DELETE FROM outbox WHERE notice = :new").bindparams(new=each))
    _notices(BEFORE)
    op.drop_column("request", "escalations")


def _notices(words: str) -> None:
    listed = ", ".join(f"'{each}'" for each in words.split())
    with op.batch_alter_table("outbox") as table:
        table.drop_constraint(op.f("ck_outbox_notice"), type_="check")
        table.create_check_constraint(op.f("ck_outbox_notice"), f"notice IN ({listed})")
