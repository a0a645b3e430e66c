"""Owners: decisions made in Slack, claims, addresses looked up in Slack, and leavers."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.store.types import Moment, Span

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

ID, ACCOUNT, USER, OWNER = sa.String(26), sa.String(255), sa.String(64), sa.String(64)
PERSON, WORD, ADDRESS = sa.String(32), sa.String(32), sa.String(254)
MOMENT = Moment(timezone=True)
OPEN, AWAY = "state = 'open'", "back_at IS NULL"


def _must(name: str, type_: Any, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, type_, nullable=False, **more)


def _may(name: str, type_: Any, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, type_, nullable=True, **more)


def _unique(name: str, table: str, columns: list[str], where: str) -> None:
    law = sa.text(where)
    op.create_index(name, table, columns, unique=True, sqlite_where=law, postgresql_where=law)


def upgrade() -> None:
    op.create_table(
        "word",
        *(_must("account", ACCOUNT), _must("iam_user", USER)),
        _must("created_at", MOMENT, comment="of the IAM user: a later one of the same name is another"),
        _may("owner", OWNER, comment="null: nobody's"),
        _must("over", sa.Text(), comment="the tags that it was said over"),
        *(_must("by", PERSON), _must("at", MOMENT)),
        sa.PrimaryKeyConstraint("account", "iam_user", name=op.f("pk_word")),
    )
    op.create_table(
        "claim",
        *(_must("id", ID), _must("account", ACCOUNT), _must("iam_user", USER), _must("claimant", PERSON)),
        _must("asked_by", PERSON, comment="of an offer, who named the claimant"),
        *(_may("former", OWNER), _must("said", sa.Text()), _must("made_at", MOMENT), _must("state", WORD)),
        *(_may("decided_by", PERSON), _may("decided_at", MOMENT)),
        sa.CheckConstraint("state IN ('open', 'confirmed', 'declined', 'over')", name=op.f("ck_claim_state")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_claim")),
    )
    _unique("uq_claim_open", "claim", ["account", "iam_user", "claimant"], OPEN)
    op.create_table(
        "address",
        _must("address", ADDRESS),
        _must("wanted_at", MOMENT, comment="when an inventory last met it"),
        _may("asked_at", MOMENT, comment="when Slack last answered"),
        _may("person", PERSON, comment="the full member who has it; null: nobody"),
        sa.PrimaryKeyConstraint("address", name=op.f("pk_address")),
    )
    op.create_index("ix_address_asked_at", "address", ["asked_at"])
    op.create_table(
        "leaver",
        *(_must("id", ID), _must("owner", OWNER)),
        _must("left_at", MOMENT, comment="when it was seen"),
        _may("told_stage", Span(), comment="the latest stage of the countdown that was told"),
        _may("back_at", MOMENT, comment="a full member again"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_leaver")),
    )
    _unique("uq_leaver_owner", "leaver", ["owner"], AWAY)


def downgrade() -> None:
    for table in ("leaver", "address", "claim", "word"):
        op.drop_table(table)
