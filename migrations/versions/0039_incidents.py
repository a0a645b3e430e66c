"""Incidents: leaked keys, who reported them, the steps that contain them, and what CloudTrail says of them."""

import sqlalchemy as sa
from alembic import op

from bot.store.types import Moment

revision = "0039"
down_revision = "0038"
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
    "request:break-glass review:reminder home:changed usage:answer replacement:owner"
)
ADDED = "leak:incident leak:alarm"


def upgrade() -> None:
    _notices(f"{BEFORE} {ADDED}")
    op.create_table(
        "incident",
        sa.Column("id", sa.String(26), nullable=False),
        sa.Column("access_key_id", sa.String(128), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("source", sa.String(32), nullable=False, comment="of the first report"),
        sa.Column("opened_at", Moment(), nullable=False),
        sa.Column("reported_by", sa.String(32), nullable=False),
        sa.Column("whose", sa.String(32), nullable=False, comment="what the key is to Latchkey"),
        sa.Column("account", sa.String(255), comment="its name in the catalog"),
        sa.Column("account_number", sa.String(12), comment="as the key's id or AWS says it"),
        sa.Column("user", sa.String(64), comment="IAM user"),
        sa.Column("user_arn", sa.String(600)),
        sa.Column("credential", sa.String(26), comment="if Latchkey issued it"),
        sa.Column("grant", sa.String(26)),
        sa.Column("found_key", sa.String(26), comment="if Latchkey found it"),
        sa.Column("link", sa.Text(), comment="where AWS or GitHub describes it"),
        sa.Column("page_at", Moment(), comment="when its owner and approvers are paged"),
        sa.Column("paged_at", Moment()),
        sa.Column("escalate_at", Moment(), comment="when the admins are paged"),
        sa.Column("proof", sa.Text(), comment="a signed request that holds no secret, until the worker has sent it"),
        sa.Column("proof_at", Moment()),
        sa.Column("contain_by", sa.String(32)),
        sa.Column("contain_at", Moment()),
        sa.Column("contained_at", Moment()),
        sa.Column("round", sa.Integer(), nullable=False, comment="of the newest steps"),
        sa.Column("check", sa.Integer(), nullable=False, comment="how many checks are done since it was contained"),
        sa.Column("check_at", Moment()),
        sa.Column("activity_at", Moment(), comment="when CloudTrail is read next"),
        sa.Column("next_try_at", Moment(), comment="of the steps"),
        sa.Column("reactivate_by", sa.String(32)),
        sa.Column("reactivate_at", Moment(), comment="when two people had agreed"),
        sa.Column("reactivated_at", Moment()),
        sa.Column("replacement", sa.String(26), comment="the request for the key that takes its place"),
        sa.Column("closed_at", Moment()),
        sa.Column("closed_by", sa.String(32)),
        sa.Column("justification", sa.Text(), comment="what the one who closed it wrote"),
        sa.Column(
            "touched", sa.Integer(), server_default=sa.text("0"), nullable=False, comment="incremented to lock the row"
        ),
        sa.CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name=op.f("ck_incident_closed_at")),
        sa.CheckConstraint(
            "source IN ('command', 'shortcut', 'disowned', 'channel', 'quarantine', 'aws-health', 'github')",
            name=op.f("ck_incident_source"),
        ),
        sa.CheckConstraint(
            "state IN ('reported', 'containing', 'contained', 'closed')", name=op.f("ck_incident_state")
        ),
        sa.CheckConstraint(
            "whose IN ('unknown', 'issued', 'found', 'session', 'itself', 'other', 'gone')",
            name=op.f("ck_incident_whose"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident")),
    )
    op.create_index(op.f("ix_incident_access_key_id"), "incident", ["access_key_id"])
    op.create_index(op.f("ix_incident_account_user"), "incident", ["account", "user"])
    _partial("ix_incident_activity_at", ["activity_at"], "state <> 'closed' AND activity_at IS NOT NULL")
    _partial("ix_incident_check_at", ["check_at"], "state = 'contained' AND check_at IS NOT NULL")
    _partial("ix_incident_closed_at", ["closed_at"], "closed_at IS NOT NULL")
    _partial("ix_incident_containing", ["next_try_at"], "state = 'containing'")
    _partial("ix_incident_escalate_at", ["escalate_at"], "state <> 'closed' AND escalate_at IS NOT NULL")
    op.create_index(op.f("ix_incident_opened_at"), "incident", ["opened_at"])
    _partial("ix_incident_page_at", ["page_at"], "state = 'reported' AND page_at IS NOT NULL")
    _partial(
        "ix_incident_reactivate_at",
        ["reactivate_at"],
        "state = 'contained' AND reactivate_at IS NOT NULL AND reactivated_at IS NULL",
    )
    _partial("ix_incident_unknown", ["next_try_at"], "state <> 'closed' AND (whose = 'unknown' OR proof IS NOT NULL)")
    _partial("uq_incident_open", ["access_key_id"], "state <> 'closed'", unique=True)
    op.create_table(
        "incident_activity",
        sa.Column("incident", sa.String(26), nullable=False),
        sa.Column("read_at", Moment(), nullable=False),
        sa.Column(
            "activity", sa.JSON(), nullable=False, comment="what the key did, as CloudTrail says it; never the events"
        ),
        sa.ForeignKeyConstraint(["incident"], ["incident.id"], name=op.f("fk_incident_activity_incident")),
        sa.PrimaryKeyConstraint("incident", name=op.f("pk_incident_activity")),
    )
    op.create_table(
        "incident_agreement",
        sa.Column("incident", sa.String(26), nullable=False),
        sa.Column("person", sa.String(32), nullable=False, comment="who agreed to reactivate the key"),
        sa.Column("at", Moment(), nullable=False),
        sa.ForeignKeyConstraint(["incident"], ["incident.id"], name=op.f("fk_incident_agreement_incident")),
        sa.PrimaryKeyConstraint("incident", "person", name=op.f("pk_incident_agreement")),
    )
    op.create_table(
        "incident_report",
        sa.Column("incident", sa.String(26), nullable=False),
        sa.Column("by", sa.String(32), nullable=False),
        sa.Column("source", sa.String(32), nullable=False),
        sa.Column("at", Moment(), nullable=False),
        sa.CheckConstraint(
            "source IN ('command', 'shortcut', 'disowned', 'channel', 'quarantine', 'aws-health', 'github')",
            name=op.f("ck_incident_report_source"),
        ),
        sa.ForeignKeyConstraint(["incident"], ["incident.id"], name=op.f("fk_incident_report_incident")),
        sa.PrimaryKeyConstraint("incident", "by", name=op.f("pk_incident_report")),
    )
    op.create_table(
        "incident_step",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("incident", sa.String(26), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("target", sa.String(600), nullable=False, comment="a key's id, an IAM user, or a role"),
        sa.Column("round", sa.Integer(), nullable=False, comment="0: at once; later ones were planned by a check"),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("tried_at", Moment()),
        sa.Column("done_at", Moment()),
        sa.Column("why", sa.String(64), comment="AWS's error code, or why Latchkey can't do it"),
        sa.Column("by", sa.String(32), comment="who pressed the button of an offered step"),
        sa.CheckConstraint(
            "kind IN ('key', 'sessions', 'role', 'new-key', 'login')", name=op.f("ck_incident_step_kind")
        ),
        sa.CheckConstraint(
            "state IN ('waiting', 'done', 'refused', 'skipped', 'offered')", name=op.f("ck_incident_step_state")
        ),
        sa.ForeignKeyConstraint(["incident"], ["incident.id"], name=op.f("fk_incident_step_incident")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_incident_step")),
        sa.UniqueConstraint(
            "incident", "kind", "target", "round", name=op.f("uq_incident_step_incident_kind_target_round")
        ),
    )


def downgrade() -> None:
    added = sa.bindparam("added", ADDED.split(), expanding=True)
    op.execute(sa.text("DELETE FROM message WHERE notice IN :added").bindparams(added))
    op.execute(sa.text("DELETE FROM outbox WHERE notice IN :added").bindparams(added))
    _notices(BEFORE)
    for table in ("activity", "agreement", "report", "step"):
        op.drop_table(f"incident_{table}")
    op.drop_table("incident")


def _partial(name: str, columns: list[str], condition: str, *, unique: bool = False) -> None:
    where = sa.text(condition)
    op.create_index(name, "incident", columns, unique=unique, sqlite_where=where, postgresql_where=where)


def _notices(words: str) -> None:
    listed = ", ".join(f"'{each}'" for each in words.split())
    with op.batch_alter_table("outbox") as table:
        table.drop_constraint(op.f("ck_outbox_notice"), type_="check")
        table.create_check_constraint(op.f("ck_outbox_notice"), f"notice IN ({listed})")
