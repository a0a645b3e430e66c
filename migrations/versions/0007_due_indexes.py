"""Indexes for due rows, so that each query's cost depends on what is due and not on how many grants there were."""

from datetime import timedelta

import sqlalchemy as sa
from alembic import op

from bot.store.types import Moment, Span

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None

STAGES = (timedelta(days=14), timedelta(days=7), timedelta(days=1))  # as of this revision
REPLACED = ("credential(look_at)", "credential(retire_at)", "credential(delete_at)", "credential(wish)",
    "adopted(look_at)", "adopted(retire_at)", "adopted(delete_at)", "adopted(wish)")  # fmt: skip
ENDED = "state IN ('discarded', 'failed', 'deleted')"
DEVICE_LEFT = (
    "device IS NOT NULL AND device_gone_at IS NULL AND (state IN ('failed', 'discarded') "
    "OR live_at IS NULL AND state IN ('retiring', 'deleted'))"
)
TEARING_DOWN = "next_try_at IS NOT NULL AND torn_down_at IS NULL AND ended_at IS NOT NULL"
PARTIAL = (
    ("ix_grants_open_owner", "grants", ["owner"], "state IN ('approved', 'active')"),
    ("ix_grants_active_id", "grants", ["id"], "state = 'active'"),
    ("ix_grants_active_account", "grants", ["account", "id"], "state = 'active'"),
    ("ix_grants_ending_due_at", "grants", ["ending_due_at"], "state = 'active' AND ending_due_at IS NOT NULL"),
    ("ix_grants_tearing_down", "grants", ["account"], TEARING_DOWN),
    ("ix_grants_over", "grants", ["account", "torn_down_at"], "state IN ('lapsed', 'expired', 'revoked')"),
    ("ix_credential_next_try_at", "credential", ["next_try_at"], "next_try_at IS NOT NULL"),
    ("ix_credential_wish", "credential", ["made_at"], "wish IS NOT NULL"),
    ("ix_adopted_wish", "adopted", ["wished_at"], "wish IS NOT NULL"),
    ("ix_credential_used_read_at", "credential", ["used_read_at"], "state IN ('live', 'retiring')"),
    ("ix_credential_look_at", "credential", ["look_at"], "state IN ('live', 'retiring')"),
    ("ix_credential_retire_at", "credential", ["retire_at"], "state = 'live'"),
    ("ix_credential_delete_at", "credential", ["delete_at"], "state = 'retiring'"),
    (
        "ix_credential_left_in_aws",
        "credential",
        ["made_at"],
        f"kind = 'access_key' AND access_key_id IS NOT NULL AND gone_at IS NULL AND {ENDED}",
    ),
    ("ix_credential_device_left_in_aws", "credential", ["made_at"], DEVICE_LEFT),
    ("ix_found_user_member", "found_user", ["owner"], "gone_at IS NULL AND member_at IS NOT NULL"),
    ("ix_found_key_active", "found_key", ["account", "created_at"], "active AND gone_at IS NULL"),
    ("ix_adopted_retire_at", "adopted", ["retire_at"], "state = 'on'"),
    ("ix_adopted_look_at", "adopted", ["look_at"], "state <> 'gone'"),
    ("ix_adopted_delete_at", "adopted", ["delete_at"], "state = 'off'"),
    ("ix_finding_open_kind", "finding", ["account", "kind", "opened_at"], "closed_at IS NULL"),
    ("ix_difference_untold", "difference", ["grant"], "closed_at IS NULL AND told_at IS NULL"),
)
WHOLE = (
    ("ix_found_user_gone_at", "found_user", ["account", "gone_at"]),
    ("ix_finding_account_closed_at", "finding", ["account", "closed_at"]),
)


def upgrade() -> None:
    op.add_column(
        "grants",
        sa.Column("ending_due_at", Moment(), comment="when the owner is told next that this lease ends"),
    )
    _announce_what_stands()
    for each in REPLACED:
        table, column = each[:-1].split("(")
        op.drop_index(f"ix_{table}_{column}", table)
    for name, table, columns, where in PARTIAL:
        law = sa.text(where)
        op.create_index(name, table, columns, sqlite_where=law, postgresql_where=law)
    for name, table, columns in WHOLE:
        op.create_index(name, table, columns)


def _announce_what_stands() -> None:
    """Schedule the notices that open grants still have to get."""
    names = ("id", "state", "lease_until", "duration", "told_stage", "ending_due_at")
    types = (sa.String(), sa.String(), Moment(), Span(), Span(), Moment())
    grants = sa.table("grants", *(sa.column(name, type_) for name, type_ in zip(names, types, strict=True)))
    connection = op.get_bind()
    standing = sa.select(grants).where(grants.c.state.in_(["approved", "active"]), grants.c.lease_until.is_not(None))
    for row in connection.execute(standing).mappings().all():
        told = row["told_stage"]
        ahead = [each for each in STAGES if each < row["duration"] and (told is None or each < told)]
        if ahead:
            due = row["lease_until"] - max(ahead)
            connection.execute(sa.update(grants).where(grants.c.id == row["id"]).values(ending_due_at=due))


def downgrade() -> None:
    for name, table, *_ in (*PARTIAL, *WHOLE):
        op.drop_index(name, table)
    for each in REPLACED:
        table, column = each[:-1].split("(")
        op.create_index(f"ix_{table}_{column}", table, [column])
    op.drop_column("grants", "ending_due_at")
