"""Number the events of the audit log and chain them by hashes, once they are committed."""

import sqlalchemy as sa
from alembic import op

from bot.store.types import Moment

revision = "0024"
down_revision = "0023"
branch_labels = None
depends_on = None

NUMBER = sa.BigInteger().with_variant(sa.Integer(), "sqlite")
SAID = "the audit log is only ever added to"
SQLITE = (
    "UPDATE ON audit_chain",
    "DELETE ON audit_chain",
    "INSERT ON audit_chain WHEN EXISTS (SELECT 1 FROM audit_chain WHERE seq = NEW.seq OR event = NEW.event)",
)


def upgrade() -> None:
    op.create_table(
        "audit_waiting",
        sa.Column("event", NUMBER, autoincrement=False, nullable=False),
        sa.PrimaryKeyConstraint("event", name=op.f("pk_audit_waiting")),
        comment="Events without a number yet. A trigger adds each event in its own transaction.",
    )
    op.create_table(
        "audit_chain",
        sa.Column(
            "seq", NUMBER, autoincrement=False, nullable=False, comment="counts committed events from 1, without gaps"
        ),
        sa.Column("event", NUMBER, nullable=False),
        sa.Column("previous_hash", sa.String(64), nullable=False),
        sa.Column(
            "hash", sa.String(64), nullable=False, comment="of the exported line, which holds the hash before it"
        ),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_chain")),
        sa.UniqueConstraint("event", name=op.f("uq_audit_chain_event")),
        comment="The order of events and the hash chain over them. Rows are only ever added.",
    )
    cursor = op.create_table(
        "audit_cursor",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("numbered", NUMBER, nullable=False, comment="the last number of the chain"),
        sa.Column("hash", sa.String(64), nullable=False, comment="the last hash of the chain"),
        sa.Column("sent", NUMBER, nullable=False, comment="the last number that the webhook took"),
        sa.Column("tries", sa.Integer(), nullable=False, comment="how often the next one has failed"),
        sa.Column("due_at", Moment(), comment="when it is tried again"),
        sa.Column("claimed_by", sa.String(255), comment="the worker that sends"),
        sa.Column("claimed_until", Moment()),
        sa.CheckConstraint("id = 1", name=op.f("ck_audit_cursor_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_cursor")),
        comment="How far numbering and the webhook have come. One row.",
    )
    op.bulk_insert(cursor, [{"id": 1, "numbered": 0, "hash": "0" * 64, "sent": 0, "tries": 0}])
    op.execute("INSERT INTO audit_waiting (event) SELECT id FROM audit")
    if op.get_context().dialect.name == "sqlite":
        _on_sqlite()
    else:
        _on_postgresql()


def _on_sqlite() -> None:
    op.execute(
        "CREATE TRIGGER audit_waits AFTER INSERT ON audit BEGIN INSERT INTO audit_waiting (event) VALUES (NEW.id); END"
    )
    for what in SQLITE:
        op.execute(
            f"CREATE TRIGGER audit_chain_refuses_{what.partition(' ')[0].lower()} BEFORE {what} "
            f"BEGIN SELECT RAISE(ABORT, '{SAID}'); END"
        )


def _on_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION audit_waits() RETURNS trigger LANGUAGE plpgsql AS "
        "$$ BEGIN INSERT INTO audit_waiting (event) VALUES (NEW.id); RETURN NULL; END $$"
    )
    op.execute("CREATE TRIGGER audit_waits AFTER INSERT ON audit FOR EACH ROW EXECUTE FUNCTION audit_waits()")
    op.execute(
        "CREATE TRIGGER audit_chain_refuses_changes BEFORE UPDATE OR DELETE OR TRUNCATE ON audit_chain "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_only_grows()"
    )
    for table, trigger in (("audit", "audit_waits"), ("audit_chain", "audit_chain_refuses_changes")):
        # also for a session that sets session_replication_role
        op.execute(f"ALTER TABLE {table} ENABLE ALWAYS TRIGGER {trigger}")


def downgrade() -> None:
    if op.get_context().dialect.name == "sqlite":
        op.execute("DROP TRIGGER audit_waits")
    else:
        op.execute("DROP TRIGGER audit_waits ON audit")
        op.execute("DROP FUNCTION audit_waits()")
    for table in ("audit_cursor", "audit_chain", "audit_waiting"):
        op.drop_table(table)
