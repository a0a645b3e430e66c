"""Bulk actions of hygiene and of found keys, which ask an approver as those of rotations do."""

import sqlalchemy as sa
from alembic import op

revision = "0020"
down_revision = "0019"
branch_labels = None
depends_on = None

BEFORE = "switch-off delete"
AFTER = f"{BEFORE} enforce found-switch-off found-delete"


def upgrade() -> None:
    _actions(AFTER)


def downgrade() -> None:
    before = sa.bindparam("before", BEFORE.split(), expanding=True)
    op.execute(sa.text("DELETE FROM halt WHERE deed NOT IN :before").bindparams(before))
    _actions(BEFORE)


def _actions(words: str) -> None:
    listed = ", ".join(f"'{each}'" for each in words.split())
    with op.batch_alter_table("halt") as table:
        table.drop_constraint(op.f("ck_halt_deed"), type_="check")
        table.create_check_constraint(op.f("ck_halt_deed"), f"deed IN ({listed})")
