"""What an IAM user may do, and keys that are watched after something else took their place."""

import sqlalchemy as sa
from alembic import op

from bot.store.types import Moment

revision = "0038"
down_revision = "0037"
branch_labels = None
depends_on = None

MEANS = "role github gitlab login sso session anywhere unknown"
WATCHED, ENDED = sa.text("ended_at IS NULL"), sa.text("ended_at IS NOT NULL")
BEFORE = (
    "request:approval request:reminder request:receipt request:outcome grant:owner grant:ending grant:in-use "
    "grant:ended grant:stuck account:storm sweep:halted account:crowded credential:again credential:confirm "
    "envelope:knocked credential:rotated credential:stretched credential:switched credential:disowned "
    "orphan:found difference:found finding:digest account:report finding:alarm claim:open claim:outcome "
    "owner:none owner:left adopted:owner adopted:undo adopted:on adopted:end account:unread finding:escalated "
    "finding:enforced account:preview credential:window grant:overstated message:refused request:group-changed "
    "request:question request:answer issuing:paused issuing:resumed request:escalation request:misrouted "
    "request:break-glass review:reminder home:changed usage:answer"
)
ADDED = "replacement:owner"


def upgrade() -> None:
    op.add_column(
        "found_user",
        sa.Column(
            "allowed",
            sa.JSON(none_as_null=True),
            comment="its policies, groups and boundary as inventory last read them; null: not read yet",
        ),
    )
    op.create_table(
        "replacement",
        sa.Column("id", sa.String(26), nullable=False, comment="the found key, or the credential, that was replaced"),
        sa.Column("account", sa.String(255), nullable=False),
        sa.Column("user", sa.String(64), nullable=False),
        sa.Column("access_key_id", sa.String(128), nullable=False),
        sa.Column("means", sa.String(32), nullable=False, comment="what took its place"),
        sa.Column("began_by", sa.String(32), nullable=False, comment="who said that it was replaced"),
        sa.Column("began_at", Moment(), nullable=False),
        sa.Column(
            "quiet_since", Moment(), nullable=False, comment="the start of the two days in which nothing may use it"
        ),
        sa.Column("look_at", Moment(), nullable=False, comment="when the worker reads its use next"),
        sa.Column("credential", sa.String(26), comment="the credential, if Latchkey created this key"),
        sa.Column("used_at", Moment(), comment="its last use since it was said to be replaced"),
        sa.Column("used_by", sa.String(128), comment="the tool of that use, if CloudTrail has it"),
        sa.Column("unread", sa.String(32), comment="why its use is unknown, while it is"),
        sa.Column("offered_at", Moment(), comment="when Switch off was offered, unless the key was used again"),
        sa.Column("told_at", Moment(), comment="when the newest message about it was sent"),
        sa.Column("ended_at", Moment(), comment="when Latchkey saw that the key no longer works"),
        sa.CheckConstraint(
            f"means IN ({', '.join(repr(each) for each in MEANS.split())})", name=op.f("ck_replacement_means")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_replacement")),
    )
    watched = {"sqlite_where": WATCHED, "postgresql_where": WATCHED}
    op.create_index("ix_replacement_look_at", "replacement", ["look_at"], **watched)
    op.create_index("ix_replacement_ended_at", "replacement", ["account", "ended_at"])
    ended = {"sqlite_where": ENDED, "postgresql_where": ENDED}
    op.create_index("ix_replacement_ended", "replacement", ["ended_at"], **ended)
    _notices(f"{BEFORE} {ADDED}")


def downgrade() -> None:
    added = sa.bindparam("added", ADDED.split(), expanding=True)
    op.execute(sa.text("DELETE FROM outbox WHERE notice IN :added").bindparams(added))
    _notices(BEFORE)
    op.drop_table("replacement")
    op.drop_column("found_user", "allowed")


def _notices(words: str) -> None:
    listed = ", ".join(f"'{each}'" for each in words.split())
    with op.batch_alter_table("outbox") as table:
        table.drop_constraint(op.f("ck_outbox_notice"), type_="check")
        table.create_check_constraint(op.f("ck_outbox_notice"), f"notice IN ({listed})")
