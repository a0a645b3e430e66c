"""Users and keys under /latchkey/ without a grant; a key is identified by its creation time, whatever its slot."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
branch_labels = None
depends_on = None

BEFORE = (
    "stale unused never-used two-active-keys old-key-in-use lease-ending leaver ownerless root-key no-mfa quarantined "
    "replaceable more-than-two-keys orphan"
)
UNKNOWN = "unknown-user unknown-key"
STANDING = sa.text("gone_at IS NULL")


def upgrade() -> None:
    _kinds(f"{BEFORE} {UNKNOWN}")
    _keys(["account", "user", "created_at", "slot"], "uq_found_key_slot", "uq_found_key_made")


def downgrade() -> None:
    unknown = sa.bindparam("kinds", UNKNOWN.split(), expanding=True)
    for law in (
        "DELETE FROM told WHERE finding IN (SELECT id FROM finding WHERE kind IN :kinds)",
        "DELETE FROM finding WHERE kind IN :kinds",
    ):
        op.execute(sa.text(law).bindparams(unknown))
    _kinds(BEFORE)
    _keys(["account", "user", "slot"], "uq_found_key_made", "uq_found_key_slot")


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


def _keys(columns: list[str], before: str, after: str) -> None:
    op.drop_index(before, "found_key")
    op.create_index(after, "found_key", columns, unique=True, sqlite_where=STANDING, postgresql_where=STANDING)
