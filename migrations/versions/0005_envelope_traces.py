"""Envelopes leave no trace: unlogged on PostgreSQL, erased from the database's files; modals in the outbox."""

import sqlalchemy as sa
from alembic import op

from bot.store.types import Moment

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

BEFORE = (
    "request:approval request:reminder request:receipt request:outcome grant:owner grant:ending grant:in-use "
    "grant:ended grant:stuck account:storm sweep:halted account:crowded credential:again credential:confirm "
    "envelope:knocked credential:rotated credential:stretched credential:switched credential:disowned orphan:found "
    "difference:found finding:digest account:report finding:alarm claim:open claim:outcome owner:none owner:left "
    "adopted:owner adopted:undo adopted:on adopted:end account:unread finding:escalated finding:enforced "
    "account:preview"
)
WINDOW = "credential:window"
UNERASED = "erased_at IS NULL"


def upgrade() -> None:
    _notices(f"{BEFORE} {WINDOW}", sa.String(32), sa.String(255), "a channel, a person, or a window")
    said = "since then the database's files hold nothing of the envelope"
    with op.batch_alter_table("tombstone", recreate="auto" if _postgresql() else "always") as table:
        table.add_column(sa.Column("erased_at", Moment(timezone=True), nullable=True, comment=said))
    # Marking all but the newest as erased makes the worker erase once, which covers them all.
    op.execute("UPDATE tombstone SET erased_at = at WHERE at < (SELECT max(at) FROM tombstone)")
    law = sa.text(UNERASED)
    op.create_index("ix_tombstone_unerased", "tombstone", ["at"], sqlite_where=law, postgresql_where=law)
    _set("UNLOGGED")


def downgrade() -> None:
    _set("LOGGED")
    op.drop_index("ix_tombstone_unerased", "tombstone")
    with op.batch_alter_table("tombstone") as table:
        table.drop_column("erased_at")
    op.execute(sa.text("DELETE FROM outbox WHERE notice = :window").bindparams(window=WINDOW))
    _notices(BEFORE, sa.String(255), sa.String(32), None)


def _set(persistence: str) -> None:
    if _postgresql():
        op.execute(f"ALTER TABLE envelope SET {persistence}")


def _postgresql() -> bool:
    return op.get_context().dialect.name == "postgresql"


def _notices(words: str, before: sa.String, after: sa.String, comment: str | None) -> None:
    listed = ", ".join(f"'{each}'" for each in words.split())
    with op.batch_alter_table("outbox") as table:
        table.alter_column("to", existing_type=before, type_=after, existing_nullable=False, comment=comment)
        table.drop_constraint(op.f("ck_outbox_notice"), type_="check")
        table.create_check_constraint(op.f("ck_outbox_notice"), f"notice IN ({listed})")
