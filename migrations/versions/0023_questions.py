"""Questions of approvers about a request, the requester's answers, and the messages about both."""

import sqlalchemy as sa
from alembic import op

from bot.store.types import Moment

revision = "0023"
down_revision = "0022"
branch_labels = None
depends_on = None

BEFORE = (
    "request:approval request:reminder request:receipt request:outcome grant:owner grant:ending grant:in-use "
    "grant:ended grant:stuck account:storm sweep:halted account:crowded credential:again credential:confirm "
    "envelope:knocked credential:rotated credential:stretched credential:switched credential:disowned "
    "orphan:found difference:found finding:digest account:report finding:alarm claim:open claim:outcome "
    "owner:none owner:left adopted:owner adopted:undo adopted:on adopted:end account:unread finding:escalated "
    "finding:enforced account:preview credential:window grant:overstated message:refused request:group-changed"
)
ADDED = "request:question request:answer"


def upgrade() -> None:
    op.create_table(
        "question",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("request", sa.String(26), nullable=False),
        sa.Column("asked_by", sa.String(32), nullable=False, comment="an approver"),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("asked_at", Moment(), nullable=False),
        sa.Column("answer", sa.Text(), comment="the requester's"),
        sa.Column("answered_at", Moment()),
        sa.CheckConstraint("(answer IS NULL) = (answered_at IS NULL)", name=op.f("ck_question_answered")),
        sa.ForeignKeyConstraint(["request"], ["request.id"], name=op.f("fk_question_request")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_question")),
    )
    op.create_index(op.f("ix_question_request"), "question", ["request"])
    _notices(f"{BEFORE} {ADDED}")


def downgrade() -> None:
    added = sa.bindparam("added", ADDED.split(), expanding=True)
    op.execute(sa.text("DELETE FROM outbox WHERE notice IN :added").bindparams(added))
    _notices(BEFORE)
    op.drop_table("question")


def _notices(words: str) -> None:
    listed = ", ".join(f"'{each}'" for each in words.split())
    with op.batch_alter_table("outbox") as table:
        table.drop_constraint(op.f("ck_outbox_notice"), type_="check")
        table.create_check_constraint(op.f("ck_outbox_notice"), f"notice IN ({listed})")
