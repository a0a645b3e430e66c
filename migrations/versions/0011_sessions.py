"""Sessions: name and role of each, its revocation in AWS, and the roles whose policy revokes sessions."""

import sqlalchemy as sa
from alembic import op

from bot.store.types import Moment

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None

ROLE = sa.String(600)
MOMENT = Moment(timezone=True)
OUTCOME = "ck_tombstone_outcome"
BEFORE = ("revealed", "expired", "discarded")
OUTCOMES = ("revealed", "expired", "replaced", "revoked", "given back", "ended", "discarded")


def _outcomes(words: tuple[str, ...], size: int, was: int) -> None:
    listed = ", ".join(f"'{each}'" for each in words)
    with op.batch_alter_table("tombstone") as table:
        table.drop_constraint(op.f(OUTCOME), type_="check")
        table.alter_column("outcome", type_=sa.String(size), existing_type=sa.String(was), existing_nullable=False)
        table.create_check_constraint(op.f(OUTCOME), f"outcome IN ({listed})")


def upgrade() -> None:
    op.add_column("credential", sa.Column("session_name", sa.String(64)))
    op.add_column("credential", sa.Column("role_arn", ROLE))
    told = "ended by somebody: the worker is to revoke it in AWS"
    op.add_column("credential", sa.Column("revoke_at", MOMENT, comment=told))
    op.add_column("credential", sa.Column("revoked_at", MOMENT, comment="AWS showed the policy that refuses it"))
    op.add_column("credential", sa.Column("revoke_refused", sa.String(255)))
    op.create_index("ix_credential_role_arn", "credential", ["role_arn"])
    op.add_column("grants", sa.Column("given_back", sa.Boolean(), server_default=sa.false(), nullable=False))
    op.create_table(
        "session_role",
        sa.Column("role_arn", ROLE, nullable=False),
        sa.Column("account", sa.String(255), nullable=False),
        sa.Column("due_at", MOMENT, comment="when its policy is compared and written next"),
        sa.Column("claimed_until", MOMENT, comment="one worker at a time writes the policy"),
        sa.Column("claim", sa.String(26)),
        sa.Column("tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
        sa.PrimaryKeyConstraint("role_arn", name=op.f("pk_session_role")),
    )
    op.create_index("ix_session_role_due_at", "session_role", ["due_at"])
    op.create_index("ix_session_role_claimed_until", "session_role", ["claimed_until"])
    _outcomes(OUTCOMES, 32, 16)


def downgrade() -> None:
    op.execute("UPDATE tombstone SET outcome = 'discarded' WHERE outcome NOT IN ('revealed', 'expired')")
    _outcomes(BEFORE, 16, 32)
    op.drop_index("ix_session_role_claimed_until", table_name="session_role")
    op.drop_index("ix_session_role_due_at", table_name="session_role")
    op.drop_table("session_role")
    op.drop_column("grants", "given_back")
    op.drop_index("ix_credential_role_arn", table_name="credential")
    for column in ("revoke_refused", "revoked_at", "revoke_at", "role_arn", "session_name"):
        op.drop_column("credential", column)
