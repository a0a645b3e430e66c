"""Inventory: how each account was last scanned, its IAM users and keys, findings on them, and adopted keys."""

from typing import Any

import sqlalchemy as sa
from alembic import op

from bot.store.types import Moment

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

FINDINGS = (
    "stale unused never-used two-active-keys old-key-in-use lease-ending leaver ownerless root-key no-mfa quarantined "
    "replaceable more-than-two-keys orphan"
)
RUNGS = "owner approvers channel admins off"

ID, KEY, ACCOUNT, USER = sa.String(26), sa.String(128), sa.String(255), sa.String(64)
PERSON, WORD = sa.String(32), sa.String(32)
MOMENT = Moment(timezone=True)
DUE = "closed_at IS NULL AND rung IS NOT NULL"
STANDING, OPEN = "gone_at IS NULL", "closed_at IS NULL"


def _must(name: str, type_: Any, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, type_, nullable=False, **more)


def _may(name: str, type_: Any, **more: Any) -> sa.Column[Any]:
    return sa.Column(name, type_, nullable=True, **more)


def _partial(name: str, table: str, columns: list[str], where: str = STANDING, *, unique: bool = False) -> None:
    law = sa.text(where)
    op.create_index(name, table, columns, unique=unique, sqlite_where=law, postgresql_where=law)


def upgrade() -> None:
    _readings()
    _found()
    _findings()
    _adopted()


def _readings() -> None:
    op.create_table(
        "reading",
        _must("account", ACCOUNT),
        _must("due_at", MOMENT),
        _may("claimed_until", MOMENT, comment="somebody is reading it"),
        _may("asked_at", MOMENT, comment="since when AWS is making the report that is waited for"),
        _may("read_at", MOMENT),
        _may("first_read_at", MOMENT, comment="from then on the account is dry for a while"),
        _may("report_at", MOMENT, comment="when AWS made the credential report that was read"),
        *(_must("users", sa.Integer()), _must("keys", sa.Integer())),
        _may("problem", sa.Text(), comment="why the last reading came to nothing, in a sentence"),
        sa.PrimaryKeyConstraint("account", name=op.f("pk_reading")),
    )
    op.create_index("ix_reading_due_at", "reading", ["due_at"])


def _found() -> None:
    op.create_table(
        "found_user",
        *(_must("account", ACCOUNT), _must("name", USER), _must("arn", sa.String(2048))),
        *(_must("created_at", MOMENT), _must("seen_at", MOMENT)),
        _may("owner", sa.String(64), comment="a Slack user id, or subteam-S…"),
        _must("tags", sa.JSON()),
        _may("password", sa.Boolean(), comment="of the console; null is unknown"),
        *(_may("mfa", sa.Boolean()), _may("quarantined", sa.Boolean()), _may("gone_at", MOMENT)),
        _may("owner_by", WORD, comment="how the owner is known"),
        _may("member_at", MOMENT, comment="when Slack last had the owner as a full member"),
        _may("doubt", sa.Text(), comment="what a tag says that names nobody"),
        sa.CheckConstraint("owner_by IN ('tag', 'said', 'email')", name=op.f("ck_found_user_owner_by")),
        sa.PrimaryKeyConstraint("account", "name", name=op.f("pk_found_user")),
    )
    op.create_table(
        "found_key",
        *(_must("id", ID), _must("account", ACCOUNT), _must("user", USER)),
        _may("slot", sa.Integer(), comment="the report's; null beyond the two that it shows"),
        _must("created_at", MOMENT, comment="whole seconds: with the user, what the key is known by"),
        *(_must("active", sa.Boolean()), _must("first_seen_at", MOMENT), _must("seen_at", MOMENT)),
        _may("access_key_id", KEY, comment="asked for only when something is found on the key"),
        _may("credential", ID, comment="Latchkey's own"),
        *(_must("used_known", sa.Boolean()), _may("used_at", MOMENT)),
        *(_may("used_service", sa.String(64)), _may("used_region", sa.String(64))),
        _may("unclear", sa.Text(), comment="why it cannot be told which key this is"),
        _may("gone_at", MOMENT),
        sa.CheckConstraint("slot IN (1, 2)", name=op.f("ck_found_key_slot")),
        sa.CheckConstraint(
            "slot IS NOT NULL OR access_key_id IS NOT NULL", name=op.f("ck_found_key_known_by_something")
        ),
        sa.CheckConstraint("used_at IS NULL OR used_known", name=op.f("ck_found_key_use_is_known")),
        sa.ForeignKeyConstraint(
            ["account", "user"], ["found_user.account", "found_user.name"], name=op.f("fk_found_key_account_user")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_found_key")),
    )
    _partial("ix_found_user_owner", "found_user", ["owner"])
    _partial("ix_found_user_doubt", "found_user", ["account"], "doubt IS NOT NULL AND gone_at IS NULL")
    _partial("uq_found_key_slot", "found_key", ["account", "user", "slot"], unique=True)
    _partial("uq_found_key_access_key_id", "found_key", ["access_key_id"], unique=True)
    _partial("ix_found_key_unclear", "found_key", ["account"], "unclear IS NOT NULL AND gone_at IS NULL")


def _findings() -> None:
    kinds, rungs = (", ".join(f"'{each}'" for each in words.split()) for words in (FINDINGS, RUNGS))
    op.create_table(
        "finding",
        *(_must("id", ID), _must("kind", WORD), _may("credential", ID)),
        _may("owner", sa.String(64), comment="a Slack user id, or subteam-S…; null: nobody has it"),
        *(_must("account", ACCOUNT), _must("iam_user", USER)),
        _must("access_key_id", KEY, comment="empty where it is about the user as a whole"),
        *(_must("opened_at", MOMENT), _must("evidence", sa.Text())),
        *(_may(each, MOMENT) for each in ("closed_at", "told_at", "kept_until")),
        _may("kept_why", sa.Text()),
        _must("round", sa.Integer(), server_default=sa.text("0"), comment="anew after an exemption"),
        _must("stage", sa.Integer(), server_default=sa.text("0"), comment="rungs climbed in this round"),
        _may("rung", WORD, comment="the next one"),
        _may("due_at", MOMENT, comment="when the next one is due"),
        sa.CheckConstraint(f"kind IN ({kinds})", name=op.f("ck_finding_kind")),
        sa.CheckConstraint(f"rung IN ({rungs})", name=op.f("ck_finding_rung")),
        sa.CheckConstraint("(rung IS NULL) = (due_at IS NULL)", name=op.f("ck_finding_next_is_due")),
        sa.ForeignKeyConstraint(["credential"], ["credential.id"], name=op.f("fk_finding_credential")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_finding")),
    )
    op.create_index("ix_finding_credential", "finding", ["credential"])
    _partial("ix_finding_owner", "finding", ["owner"], OPEN)
    _partial("ix_finding_due", "finding", ["rung", "due_at"], DUE)
    op.create_table(
        "told",
        *(_must("finding", ID), _must("round", sa.Integer()), _must("stage", sa.Integer()), _must("rung", WORD)),
        *(_must("notice", WORD), _must("subject", sa.String(320)), _must("at", MOMENT)),
        sa.CheckConstraint(f"rung IN ({rungs})", name=op.f("ck_told_rung")),
        sa.ForeignKeyConstraint(["finding"], ["finding.id"], name=op.f("fk_told_finding")),
        sa.PrimaryKeyConstraint("finding", "round", "stage", name=op.f("pk_told")),
    )
    op.create_index("ix_told_notice_subject", "told", ["notice", "subject"])
    _partial("uq_finding_open", "finding", ["account", "iam_user", "access_key_id", "kind"], OPEN, unique=True)


def _adopted() -> None:
    op.create_table(
        "adopted",
        *(_must("id", ID), _must("account", ACCOUNT), _must("user", USER), _must("access_key_id", KEY)),
        *(_must("state", WORD), _must("began_at", MOMENT, comment="names the one message about what is going on")),
        _may("request", ID, comment="whose grant came in its place"),
        *(_may("wish", WORD), _may("wished_by", PERSON), _may("wished_at", MOMENT), _may("why", sa.String(64))),
        *(_may("used_at", MOMENT), _may("used_service", sa.String(64)), _may("used_region", sa.String(64))),
        *(_may(each, MOMENT) for each in ("used_read_at", "retire_at", "look_at")),
        *(_may("proof", sa.String(128)), _may("off_at", MOMENT), _may("off_by", PERSON), _may("delete_at", MOMENT)),
        _may("told_at", MOMENT, comment="that it can be deleted by hand"),
        *(_may("undo_by", PERSON), _may("undo_at", MOMENT), _may("next_try_at", MOMENT), _may("gone_at", MOMENT)),
        _must("touched", sa.Integer(), server_default=sa.text("0"), comment="the lock over its agreements"),
        sa.CheckConstraint("state IN ('on', 'asking', 'off', 'gone')", name=op.f("ck_adopted_state")),
        sa.CheckConstraint("wish IN ('off', 'anyway', 'on')", name=op.f("ck_adopted_wish")),
        sa.CheckConstraint(
            "state <> 'off' OR (off_at IS NOT NULL AND delete_at IS NOT NULL)", name=op.f("ck_adopted_off_has_its_end")
        ),
        sa.ForeignKeyConstraint(["id"], ["found_key.id"], name=op.f("fk_adopted_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_adopted")),
    )
    for each in ("wish", "retire_at", "look_at", "delete_at"):
        op.create_index(f"ix_adopted_{each}", "adopted", [each])
    op.create_table(
        "agreement",
        _must("adopted", ID),
        _must("approver", PERSON, comment="one yes from each person to switching it on again"),
        _must("made_at", MOMENT),
        sa.ForeignKeyConstraint(["adopted"], ["adopted.id"], name=op.f("fk_agreement_adopted")),
        sa.PrimaryKeyConstraint("adopted", "approver", name=op.f("pk_agreement")),
    )


def downgrade() -> None:
    for table in ("agreement", "adopted", "told", "finding", "found_key", "found_user", "reading"):
        op.drop_table(table)
