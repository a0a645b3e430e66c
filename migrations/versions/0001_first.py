"""The first schema: requests, grants, credentials, envelopes, the outbox and the audit trail."""

import sqlalchemy as sa
from alembic import op

from bot.store.types import Moment, Span

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


INDEXES = (
    ("audit", ["actor"]),
    ("audit", ["subject"]),
    ("delivery", ["at"]),
    ("request", ["requester"]),
    ("request", ["state", "decide_by"]),
    ("grants", ["next_try_at"]),
    ("grants", ["owner"]),
    ("grants", ["state", "collect_by"]),
    ("grants", ["state", "lease_until"]),
    ("credential", ["delete_at"]),
    ("credential", ["grant"]),
    ("credential", ["retire_at"]),
    ("credential", ["state", "claimed_at"]),
    ("credential", ["state", "sealed_until"]),
    ("credential", ["wish"]),
    ("finding", ["credential"]),
    ("finding", ["owner", "told_at"]),
    ("tombstone", ["credential"]),
)


def upgrade() -> None:
    op.create_table(
        "audit",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("tag", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("actor", sa.String(length=255), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit")),
    )
    op.create_table(
        "delivery",
        sa.Column("id", sa.String(length=255), nullable=False, comment="a trigger, view or event id of Slack's"),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_delivery")),
    )
    op.create_table(
        "flag",
        sa.Column("name", sa.String(length=128), nullable=False),
        sa.Column("value", sa.Text(), nullable=True),
        sa.Column("at", Moment(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_flag")),
    )
    op.create_table(
        "heartbeat",
        sa.Column("worker", sa.String(length=255), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("worker", name=op.f("pk_heartbeat")),
    )
    op.create_table(
        "message",
        sa.Column("notice", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("to", sa.String(length=32), nullable=False),
        sa.Column("channel", sa.String(length=32), nullable=False),
        sa.Column("ts", sa.String(length=32), nullable=False),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("notice", "subject", "to", name=op.f("pk_message")),
    )
    op.create_table(
        "outbox",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), autoincrement=True, nullable=False),
        sa.Column("notice", sa.String(32), nullable=False),
        sa.Column("subject", sa.String(length=64), nullable=False),
        sa.Column("to", sa.String(length=32), nullable=False),
        sa.Column("wanted", sa.Integer(), nullable=False, comment="the revision that Slack is to show"),
        sa.Column("done", sa.Integer(), nullable=False, comment="the revision that it shows"),
        sa.Column("due_at", Moment(timezone=True), nullable=False),
        sa.Column("claimed_until", Moment(timezone=True), nullable=True),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.Column("last_error", sa.String(length=255), nullable=True),
        sa.CheckConstraint(
            "notice IN ('request:approval', 'request:receipt', 'request:outcome', 'grant:owner', 'grant:ending', 'grant:ended', 'credential:again', 'credential:confirm', 'envelope:knocked', 'credential:rotated', 'credential:disowned', 'orphan:found', 'finding:digest', 'worker:missing')",
            name=op.f("ck_outbox_notice"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_outbox")),
        sa.UniqueConstraint("notice", "subject", "to", name=op.f("uq_outbox_notice_subject_to")),
    )
    op.create_index(
        "ix_outbox_due",
        "outbox",
        ["due_at"],
        unique=False,
        sqlite_where=sa.text("wanted > done"),
        postgresql_where=sa.text("wanted > done"),
    )
    op.create_table(
        "request",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("entitlement", sa.String(length=255), nullable=False),
        sa.Column("requester", sa.String(length=32), nullable=False),
        sa.Column("duration", Span(), nullable=False),
        sa.Column("justification", sa.Text(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("made_at", Moment(timezone=True), nullable=False),
        sa.Column("decide_by", Moment(timezone=True), nullable=False),
        sa.Column("grant", sa.String(length=26), nullable=True),
        sa.Column(
            "touched",
            sa.Integer(),
            server_default=sa.text("0"),
            nullable=False,
            comment="the lock of every rule over its rows",
        ),
        sa.CheckConstraint("kind IN ('new', 'renew')", name=op.f("ck_request_kind")),
        sa.CheckConstraint(
            "state IN ('requested', 'approved', 'declined', 'cancelled', 'lapsed')", name=op.f("ck_request_state")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_request")),
    )
    op.create_table(
        "decision",
        sa.Column("request", sa.String(length=26), nullable=False),
        sa.Column("approver", sa.String(length=32), nullable=False, comment="one answer from each person"),
        sa.Column("answer", sa.String(32), nullable=False),
        sa.Column("justification", sa.Text(), nullable=False),
        sa.Column("made_at", Moment(timezone=True), nullable=False),
        sa.CheckConstraint("answer IN ('approve', 'decline')", name=op.f("ck_decision_answer")),
        sa.ForeignKeyConstraint(["request"], ["request.id"], name=op.f("fk_decision_request")),
        sa.PrimaryKeyConstraint("request", "approver", name=op.f("pk_decision")),
    )
    op.create_table(
        "grants",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("request", sa.String(length=26), nullable=False),
        sa.Column("entitlement", sa.String(length=255), nullable=False),
        sa.Column("account", sa.String(length=255), nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("duration", Span(), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("made_at", Moment(timezone=True), nullable=False),
        sa.Column("collect_by", Moment(timezone=True), nullable=False),
        sa.Column("lease_until", Moment(timezone=True), nullable=True),
        sa.Column("ended_at", Moment(timezone=True), nullable=True),
        sa.Column("torn_down_at", Moment(timezone=True), nullable=True),
        sa.Column("told_ending_at", Moment(timezone=True), nullable=True),
        sa.Column(
            "next_try_at", Moment(timezone=True), nullable=True, comment="when the tear-down or the orphan pass is due"
        ),
        sa.Column("touched", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.CheckConstraint(
            "state IN ('approved', 'active') OR ended_at IS NOT NULL", name=op.f("ck_grants_over_has_ended")
        ),
        sa.CheckConstraint(
            "state IN ('approved', 'active', 'lapsed', 'expired', 'revoked')", name=op.f("ck_grants_state")
        ),
        sa.CheckConstraint(
            "state NOT IN ('active', 'expired') OR lease_until IS NOT NULL", name=op.f("ck_grants_active_has_lease")
        ),
        sa.ForeignKeyConstraint(["request"], ["request.id"], name=op.f("fk_grants_request")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_grants")),
        sa.UniqueConstraint("request", name=op.f("uq_grants_request")),
    )
    op.create_table(
        "credential",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("grant", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("state", sa.String(32), nullable=False),
        sa.Column("made_at", Moment(timezone=True), nullable=False),
        sa.Column("wanted_until", Moment(timezone=True), nullable=False),
        sa.Column("view_id", sa.String(length=255), nullable=True),
        sa.Column("claimed_at", Moment(timezone=True), nullable=True),
        sa.Column("claimed_by", sa.String(length=255), nullable=True),
        sa.Column("slot", sa.Integer(), nullable=True, comment="1 or 2 while AWS may hold this key"),
        sa.Column("access_key_id", sa.String(length=128), nullable=True),
        sa.Column("created_at", Moment(timezone=True), nullable=True),
        sa.Column("ends_at", Moment(timezone=True), nullable=True),
        sa.Column("envelope", sa.String(length=26), nullable=True),
        sa.Column("sealed_until", Moment(timezone=True), nullable=True),
        sa.Column("revealed_at", Moment(timezone=True), nullable=True),
        sa.Column("revealed_ip", sa.String(length=64), nullable=True),
        sa.Column("revealed_browser", sa.String(length=255), nullable=True),
        sa.Column("live_at", Moment(timezone=True), nullable=True),
        sa.Column("retire_at", Moment(timezone=True), nullable=True),
        sa.Column("delete_at", Moment(timezone=True), nullable=True),
        sa.Column("why", sa.String(length=255), nullable=True),
        sa.Column("wish", sa.String(length=3), nullable=True),
        sa.Column("wished_by", sa.String(length=32), nullable=True),
        sa.Column("ended_at", Moment(timezone=True), nullable=True),
        sa.Column("gone_at", Moment(timezone=True), nullable=True),
        sa.CheckConstraint(
            "kind <> 'session' OR (slot IS NULL AND state <> 'retiring')",
            name=op.f("ck_credential_sessions_end_by_themselves"),
        ),
        sa.CheckConstraint("kind IN ('access_key', 'session')", name=op.f("ck_credential_kind")),
        sa.CheckConstraint(
            "state IN ('issuing', 'failed') OR access_key_id IS NOT NULL",
            name=op.f("ck_credential_known_by_its_key_id"),
        ),
        sa.CheckConstraint(
            "state IN ('issuing', 'sealed', 'revealed', 'live', 'retiring', 'deleted', 'failed', 'discarded')",
            name=op.f("ck_credential_state"),
        ),
        sa.CheckConstraint("wish IN ('on', 'off')", name=op.f("ck_credential_wish")),
        sa.CheckConstraint("slot IN (1, 2)", name=op.f("ck_credential_slot")),
        sa.ForeignKeyConstraint(["grant"], ["grants.id"], name=op.f("fk_credential_grant")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_credential")),
        sa.UniqueConstraint("access_key_id", name=op.f("uq_credential_access_key_id")),
    )
    op.create_index(
        "uq_credential_grant_slot",
        "credential",
        ["grant", "slot"],
        unique=True,
        sqlite_where=sa.text("gone_at IS NULL"),
        postgresql_where=sa.text("gone_at IS NULL"),
    )
    op.create_index(
        "uq_credential_under_way",
        "credential",
        ["grant"],
        unique=True,
        sqlite_where=sa.text("state IN ('issuing', 'revealed', 'sealed')"),
        postgresql_where=sa.text("state IN ('issuing', 'revealed', 'sealed')"),
    )
    op.create_table(
        "envelope",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("credential", sa.String(length=26), nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("proof_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("nonce", sa.LargeBinary(length=12), nullable=False),
        sa.Column("aad", sa.LargeBinary(), nullable=False),
        sa.Column("ciphertext", sa.LargeBinary(), nullable=False),
        sa.Column("expires_at", Moment(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(["credential"], ["credential.id"], name=op.f("fk_envelope_credential")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_envelope")),
        sa.UniqueConstraint("credential", name=op.f("uq_envelope_credential")),
    )
    op.create_table(
        "finding",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("kind", sa.String(32), nullable=False),
        sa.Column("credential", sa.String(length=26), nullable=True),
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("access_key_id", sa.String(length=128), nullable=False),
        sa.Column("opened_at", Moment(timezone=True), nullable=False),
        sa.Column("evidence", sa.Text(), nullable=False),
        sa.Column("closed_at", Moment(timezone=True), nullable=True),
        sa.Column("told_at", Moment(timezone=True), nullable=True),
        sa.Column("kept_until", Moment(timezone=True), nullable=True),
        sa.Column("kept_why", sa.Text(), nullable=True),
        sa.CheckConstraint("kind IN ('stale', 'unused', 'never-used', 'orphan')", name=op.f("ck_finding_kind")),
        sa.ForeignKeyConstraint(["credential"], ["credential.id"], name=op.f("fk_finding_credential")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
    )
    op.create_index(
        "uq_finding_open",
        "finding",
        ["access_key_id", "kind"],
        unique=True,
        sqlite_where=sa.text("closed_at IS NULL"),
        postgresql_where=sa.text("closed_at IS NULL"),
    )
    op.create_table(
        "tombstone",
        sa.Column("id", sa.String(length=26), nullable=False),
        sa.Column("credential", sa.String(length=26), nullable=False),
        sa.Column("owner", sa.String(length=32), nullable=False),
        sa.Column("proof_hash", sa.LargeBinary(length=32), nullable=False),
        sa.Column("outcome", sa.String(length=16), nullable=False),
        sa.Column("at", Moment(timezone=True), nullable=False),
        sa.Column("told_at", Moment(timezone=True), nullable=True, comment="one DM per dead envelope"),
        sa.CheckConstraint("outcome IN ('revealed', 'expired', 'discarded')", name=op.f("ck_tombstone_outcome")),
        sa.ForeignKeyConstraint(["credential"], ["credential.id"], name=op.f("fk_tombstone_credential")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_tombstone")),
    )
    for table, columns in INDEXES:
        op.create_index("_".join(("ix", table, *columns)), table, columns)


def downgrade() -> None:
    for table in (
        "tombstone",
        "finding",
        "envelope",
        "credential",
        "grants",
        "decision",
        "request",
        "outbox",
        "message",
        "heartbeat",
        "flag",
        "delivery",
        "audit",
    ):
        op.drop_table(table)
