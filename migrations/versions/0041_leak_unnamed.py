"""A message to the admins about a leak whose sender doesn't say which key it is."""

import sqlalchemy as sa
from alembic import op

revision = "0041"
down_revision = "0040"
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
    "request:break-glass review:reminder home:changed usage:answer replacement:owner leak:incident leak:alarm"
)
ADDED = "leak:unnamed"


def upgrade() -> None:
    _notices(f"{BEFORE} {ADDED}")


def downgrade() -> None:
    op.execute(sa.text("DELETE FROM message WHERE notice = :added").bindparams(added=ADDED))
    op.execute(sa.text("DELETE FROM outbox WHERE notice = :added").bindparams(added=ADDED))
    _notices(BEFORE)


def _notices(words: str) -> None:
    listed = ", ".join(f"'{each}'" for each in words.split())
    with op.batch_alter_table("outbox") as table:
        table.drop_constraint(op.f("ck_outbox_notice"), type_="check")
        table.create_check_constraint(op.f("ck_outbox_notice"), f"notice IN ({listed})")
