"""Whose Home tab was opened lately, the notice that publishes it again, and decisions by time."""

import sqlalchemy as sa
from alembic import op

from bot.store.types import Moment

revision = "0029"
down_revision = "0028"
branch_labels = None
depends_on = None

BEFORE = (
    "request:approval request:reminder request:receipt request:outcome grant:owner grant:ending grant:in-use "
    "grant:ended grant:stuck account:storm sweep:halted account:crowded credential:again credential:confirm "
    "envelope:knocked credential:rotated credential:stretched credential:switched credential:disowned "
    "orphan:found difference:found finding:digest account:report finding:alarm claim:open claim:outcome "
    "owner:none owner:left adopted:owner adopted:undo adopted:on adopted:end account:unread finding:escalated "
    "finding:enforced account:preview credential:window grant:overstated message:refused request:group-changed "
    "request:question request:answer issuing:paused issuing:resumed request:escalation request:misrouted "
    "request:break-glass review:reminder"
)
HOME = "home:changed"


def upgrade() -> None:
    op.create_table(
        "home",
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column(
            "opened_at",
            Moment(),
            nullable=False,
            comment="when they last opened it, or turned to another page of it",
        ),
        sa.Column(
            "offsets", sa.JSON(), nullable=False, comment="the page of each section: how many rows come before it"
        ),
        sa.PrimaryKeyConstraint("person", name=op.f("pk_home")),
    )
    op.create_index(op.f("ix_home_opened_at"), "home", ["opened_at"])
    op.create_index(op.f("ix_decision_made_at"), "decision", ["made_at"])
    _notices(f"{BEFORE} {HOME}")


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM outbox WHERE notice = :home").bindparams(home=HOME))
    _notices(BEFORE)
    op.drop_index(op.f("ix_decision_made_at"), "decision")
    op.drop_index(op.f("ix_home_opened_at"), "home")
    op.drop_table("home")


def _notices(words: str) -> None:
    listed = ", ".join(f"'{each}'" for each in words.split())
    with op.batch_alter_table("outbox") as table:
        table.drop_constraint(op.f("ck_outbox_notice"), type_="check")
        table.create_check_constraint(op.f("ck_outbox_notice"), f"notice IN ({listed})")
