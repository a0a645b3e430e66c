"""Findings about use, power and service-specific credentials."""

import sqlalchemy as sa
from alembic import op

revision = "0037"
down_revision = "0036"
branch_labels = None
depends_on = None

BEFORE = (
    "stale unused never-used two-active-keys old-key-in-use lease-ending leaver ownerless root-key no-mfa quarantined "
    "replaceable more-than-two-keys orphan unknown-user unknown-key"
)
ADDED = "shared admin-power console-and-key bedrock-key service-key cross-account-use unused-permissions"


def upgrade() -> None:
    _kinds(f"{BEFORE} {ADDED}")


def downgrade() -> None:
    added = sa.bindparam("kinds", ADDED.split(), expanding=True)
    for law in (
        "DELETE FROM told WHERE finding IN (SELECT id FROM finding WHERE kind IN :kinds)",
        "DELETE FROM finding WHERE kind IN :kinds",
    ):
        op.execute(sa.text(law).bindparams(added))
    _kinds(BEFORE)


def _kinds(words: str) -> None:
    listed = ", ".join(f"'{each}'" for each in words.split())
    sqlite = op.get_context().dialect.name == "sqlite"
    if sqlite:  # it recreates the table that these rows refer to
        op.execute("CREATE TEMPORARY TABLE told_kept AS SELECT * FROM told")
        op.execute("DELETE FROM told")
    with op.batch_alter_table("finding") as table:
        table.drop_constraint(op.f("ck_finding_kind"), type_="check")
        table.create_check_constraint(op.f("ck_finding_kind"), f"kind IN ({listed})")
    if sqlite:
        op.execute("INSERT INTO told SELECT * FROM told_kept")
        op.execute("DROP TABLE told_kept")
