"""Make the audit table append-only: the database refuses UPDATE, DELETE, TRUNCATE and INSERT OR REPLACE."""

from alembic import op

revision = "0015"
down_revision = "0014"
branch_labels = None
depends_on = None

SAID = "the audit log is only ever added to"
SQLITE = ("UPDATE ON audit", "DELETE ON audit", "INSERT ON audit WHEN EXISTS (SELECT 1 FROM audit WHERE id = NEW.id)")
"""INSERT OR REPLACE deletes without a DELETE trigger, so an INSERT with an existing id is refused too."""


def upgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        for what in SQLITE:
            name, _, rest = what.partition(" ")
            then = "" if " WHEN " in what else " FOR EACH ROW"
            op.execute(
                f"CREATE TRIGGER audit_refuses_{name.lower()} BEFORE {name} {rest}{then} "
                f"BEGIN SELECT RAISE(ABORT, '{SAID}'); END"
            )
        return
    op.execute(
        "CREATE FUNCTION audit_only_grows() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{SAID}'; END $$"
    )
    op.execute(
        "CREATE TRIGGER audit_refuses_changes BEFORE UPDATE OR DELETE OR TRUNCATE ON audit "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows()"
    )
    # also for a session that sets session_replication_role
    op.execute("ALTER TABLE audit ENABLE ALWAYS TRIGGER audit_refuses_changes")


def downgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        for what in SQLITE:
            op.execute(f"DROP TRIGGER audit_refuses_{what.partition(' ')[0].lower()}")
        return
    op.execute("DROP TRIGGER audit_refuses_changes ON audit")
    op.execute("DROP FUNCTION audit_only_grows()")
