"""Found keys: AWS calls in progress, past owners of IAM users, and who could approve an undo."""

import json
from datetime import UTC, datetime

import sqlalchemy as sa
from alembic import op

from bot.store.types import Moment

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

MOMENT = Moment(timezone=True)


def upgrade() -> None:
    op.create_table(
        "pending_call",
        sa.Column("subject", sa.String(26), nullable=False, comment="a credential or a found key"),
        sa.Column("call", sa.String(32), nullable=False),
        sa.Column("by", sa.String(255), nullable=False),
        sa.Column("at", MOMENT, nullable=False),
        sa.CheckConstraint("call IN ('switch-off', 'switch-on', 'delete')", name=op.f("ck_pending_call_call")),
        sa.PrimaryKeyConstraint("subject", name=op.f("pk_pending_call")),
    )
    op.create_table(
        "past_owner",
        sa.Column("account", sa.String(255), nullable=False),
        sa.Column("iam_user", sa.String(64), nullable=False),
        sa.Column("person", sa.String(32), nullable=False),
        sa.Column("last_at", MOMENT, nullable=False, comment="when they were last known to own it, also in a group"),
        sa.PrimaryKeyConstraint("account", "iam_user", "person", name=op.f("pk_past_owner")),
    )
    op.add_column(
        "adopted", sa.Column("undoers", sa.Text(), comment="who could agree to switch it on again, when it went off")
    )
    _remember_owners()


def _remember_owners() -> None:
    """Store the current owner of each IAM user, and earlier owners from the audit log."""
    connection, last = op.get_bind(), dict[tuple[str, str, str], datetime]()
    users = sa.table("found_user", *map(sa.column, ("account", "name", "owner")), sa.column("seen_at", MOMENT))
    for row in connection.execute(sa.select(users).where(users.c.owner.is_not(None))):
        last[row.account, row.name, row.owner] = row.seen_at
    audit = sa.table("audit", *map(sa.column, ("tag", "facts")), sa.column("at", MOMENT))
    for row in connection.execute(sa.select(audit).where(audit.c.tag == "owner:changed")):
        facts = json.loads(row.facts) if isinstance(row.facts, str) else row.facts
        if facts.get("from"):
            key = (facts["account"], facts["user"], facts["from"])
            last[key] = max(row.at, last.get(key, datetime.min.replace(tzinfo=UTC)))
    table = sa.table("past_owner", *map(sa.column, ("account", "iam_user", "person")), sa.column("last_at", MOMENT))
    for (account, user, person), at in last.items():
        if not person.startswith("subteam"):
            connection.execute(table.insert().values(account=account, iam_user=user, person=person, last_at=at))


def downgrade() -> None:
    op.drop_column("adopted", "undoers")
    for table in ("past_owner", "pending_call"):
        op.drop_table(table)
