"""Columns are named as in the code: the step of an escalation, a pending action, who repaired drift."""

import sqlalchemy as sa
from alembic import op

revision = "0032"
down_revision = "0031"
branch_labels = None
depends_on = None

COLUMNS = {
    "finding": {"rung": "step"},
    "told": {"rung": "step"},
    "adopted": {"wish": "pending_action", "wished_by": "pending_by", "wished_at": "pending_since"},
    "credential": {"wish": "pending_action", "wished_by": "pending_by"},
    "difference": {"mended_by": "repaired_by", "mended_at": "repaired_at"},
}
CONSTRAINTS = {
    "finding": {"ck_finding_rung": "ck_finding_step"},
    "told": {"ck_told_rung": "ck_told_step", "told_rung_not_null": "told_step_not_null"},
    "adopted": {"ck_adopted_wish": "ck_adopted_pending_action"},
    "credential": {"ck_credential_wish": "ck_credential_pending_action"},
}
INDEXES = {
    "adopted": ("ix_adopted_wish", "ix_adopted_pending", "pending_since"),
    "credential": ("ix_credential_wish", "ix_credential_pending", "made_at"),
}


def upgrade() -> None:
    for table, columns in COLUMNS.items():
        for before, after in columns.items():
            op.alter_column(table, before, new_column_name=after)
    for table, names in CONSTRAINTS.items():
        for before, after in names.items():
            _rename_constraint(table, before, after)
    waits = sa.text("pending_action IS NOT NULL")
    for table, (before, after, column) in INDEXES.items():
        op.drop_index(before, table)
        op.create_index(after, table, [column], sqlite_where=waits, postgresql_where=waits)


def downgrade() -> None:
    for table, columns in COLUMNS.items():
        for before, after in columns.items():
            op.alter_column(table, after, new_column_name=before)
    for table, names in CONSTRAINTS.items():
        for before, after in names.items():
            _rename_constraint(table, after, before)
    waits = sa.text("wish IS NOT NULL")
    for table, (before, after, _) in INDEXES.items():
        column = "wished_at" if table == "adopted" else "made_at"
        op.drop_index(after, table)
        op.create_index(before, table, [column], sqlite_where=waits, postgresql_where=waits)


def _rename_constraint(table: str, before: str, after: str) -> None:
    """SQLite has no statement for it; this is the way that its documentation of ALTER TABLE describes.

    PostgreSQL names a NOT NULL from its version 18 on.
    """
    connection = op.get_bind()
    if connection.dialect.name != "sqlite":
        named = sa.text("SELECT 1 FROM pg_constraint WHERE conname = :name AND conrelid = to_regclass(:table)")
        if connection.execute(named, {"name": before, "table": table}).first():
            op.execute(f"ALTER TABLE {table} RENAME CONSTRAINT {before} TO {after}")
        return
    version = connection.exec_driver_sql("PRAGMA schema_version").scalar_one()
    connection.exec_driver_sql("PRAGMA writable_schema = ON")
    rename = "UPDATE sqlite_master SET sql = replace(sql, :before, :after) WHERE type = 'table' AND name = :name"
    connection.execute(sa.text(rename), {"before": before, "after": after, "name": table})
    connection.exec_driver_sql(f"PRAGMA schema_version = {version + 1}")
    connection.exec_driver_sql("PRAGMA writable_schema = OFF")
