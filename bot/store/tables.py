"""The ledger's tables, with the laws of DESIGN.md §2 as constraints. A law that a constraint can hold stands here."""

from sqlalchemy import (
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    String,
    Table,
    Text,
    false,
    text,
)

from bot.domain.catalog import Kind
from bot.domain.lifecycle import UNDER_WAY, CredentialState, GrantState, RequestState
from bot.domain.request import Answer, RequestKind
from bot.store import conditions
from bot.store.columns import ID, KEY, PERSON, ROLE, metadata, one_of
from bot.store.conditions import partial
from bot.store.tables_calls import pending_call
from bot.store.tables_envelopes import envelope, tombstone
from bot.store.tables_findings import finding, told
from bot.store.tables_found import difference
from bot.store.tables_halt import halt
from bot.store.tables_inventory import adopted, agreement, found_key, found_user, reading
from bot.store.tables_journal import audit, delivery, flag, heartbeat, message, outbox
from bot.store.tables_owners import address, claim, leaver, past_owner, presence, word
from bot.store.tables_sessions import session_role
from bot.store.types import Moment, Span, Word

__all__ = [
    "address",
    "adopted",
    "agreement",
    "audit",
    "claim",
    "credential",
    "decision",
    "delivery",
    "difference",
    "envelope",
    "finding",
    "flag",
    "found_key",
    "found_user",
    "grants",
    "halt",
    "heartbeat",
    "leaver",
    "message",
    "metadata",
    "outbox",
    "past_owner",
    "pending_call",
    "presence",
    "reading",
    "request",
    "session_role",
    "told",
    "tombstone",
    "word",
]


def _in(words: frozenset[CredentialState]) -> str:
    return ", ".join(f"'{each}'" for each in sorted(words))


request = Table(
    "request",
    metadata,
    Column("id", ID, primary_key=True),
    Column("kind", Word(RequestKind), nullable=False),
    Column("entitlement", String(255), nullable=False),
    Column("requester", PERSON, nullable=False),
    Column("duration", Span, nullable=False),
    Column("justification", Text, nullable=False),
    Column("state", Word(RequestState), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("decide_by", Moment, nullable=False),
    Column("grant", ID),
    Column("reminded_at", Moment),
    Column("escalated_at", Moment),
    Column("replaces", ID, comment="the found key in whose place the new one comes"),
    Column(
        "touched", Integer, nullable=False, server_default=text("0"), comment="the lock of every rule over its rows"
    ),
    one_of("kind", RequestKind),
    one_of("state", RequestState),
    Index(None, "replaces"),
    Index(None, "state", "decide_by"),
    Index(None, "requester"),
    Index(None, "grant"),
)

decision = Table(
    "decision",
    metadata,
    Column("request", ForeignKey("request.id"), primary_key=True),
    Column("approver", PERSON, primary_key=True, comment="one answer from each person"),
    Column("answer", Word(Answer), nullable=False),
    Column("justification", Text, nullable=False),
    Column("made_at", Moment, nullable=False),
    one_of("answer", Answer),
)

grants = Table(
    "grants",  # GRANT is a word of SQL
    metadata,
    Column("id", ID, primary_key=True),
    Column("request", ForeignKey("request.id"), nullable=False, unique=True),
    Column("entitlement", String(255), nullable=False),
    Column("account", String(255), nullable=False),
    Column("owner", PERSON, nullable=False),
    Column("duration", Span, nullable=False),
    Column("state", Word(GrantState), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("collect_by", Moment, nullable=False),
    Column("lease_until", Moment),
    Column("renew_until", Moment, comment="approved, and not yet the lease: AWS is to take it over first"),
    Column("renew_request", ID),
    Column("renew_try_at", Moment, comment="a worker's claim, or when the renewal is tried next"),
    Column("told_stage", Span, comment="the latest word about this lease's end, so long before it"),
    Column("told_ending_at", Moment),
    Column("ending_due_at", Moment, comment="when the owner is told next that this lease ends"),
    Column("ended_at", Moment),
    Column("given_back", Boolean, nullable=False, server_default=false()),
    Column("torn_down_at", Moment),
    Column("stuck_on", String(255), comment="what AWS refuses of the tear-down"),
    Column("next_try_at", Moment, comment="when the tear-down or the orphan pass is due"),
    Column("touched", Integer, nullable=False, server_default=text("0")),
    one_of("state", GrantState),
    CheckConstraint("state NOT IN ('active', 'expired') OR lease_until IS NOT NULL", name="active_has_lease"),
    CheckConstraint("state IN ('approved', 'active') OR ended_at IS NOT NULL", name="over_has_ended"),
    Index(None, "owner"),
    Index(None, "state", "collect_by"),
    Index(None, "state", "lease_until"),
    Index(None, "next_try_at"),
    Index(None, "renew_until"),
    partial("ix_grants_open_owner", conditions.GRANT_OPEN, "owner"),
    partial("ix_grants_active_id", conditions.GRANT_ACTIVE, "id"),
    partial("ix_grants_active_account", conditions.GRANT_ACTIVE, "account", "id"),
    partial("ix_grants_ending_due_at", conditions.GRANT_ENDING, "ending_due_at"),
    partial("ix_grants_tearing_down", conditions.GRANT_TEARING_DOWN, "account"),
    partial("ix_grants_over", conditions.GRANT_OVER, "account", "torn_down_at"),
)

credential = Table(
    "credential",
    metadata,
    Column("id", ID, primary_key=True),
    Column("grant", ForeignKey("grants.id"), nullable=False),
    Column("kind", Word(Kind), nullable=False),
    Column("state", Word(CredentialState), nullable=False),
    Column("made_at", Moment, nullable=False),
    Column("wanted_until", Moment, nullable=False),
    Column("view_id", String(255)),
    Column("view_at", Moment),
    Column("claimed_at", Moment),
    Column("claimed_by", String(255)),
    Column("slot", Integer, comment="1 or 2 while AWS may hold this key"),
    Column("access_key_id", KEY, unique=True),
    Column("created_at", Moment),
    Column("ends_at", Moment),
    Column("session_name", String(64)),
    Column("role_arn", ROLE),
    Column("revoke_at", Moment, comment="ended by somebody: the worker is to revoke it in AWS"),
    Column("revoked_at", Moment, comment="AWS showed the policy that refuses it"),
    Column("revoke_refused", String(255)),
    Column("envelope", ID),
    Column("sealed_until", Moment),
    Column("revealed_at", Moment),
    Column("revealed_ip", String(64)),
    Column("revealed_browser", String(255)),
    Column("asked_at", Moment, comment='"Did you get it?", once'),
    Column("live_at", Moment),
    Column("retire_at", Moment),
    Column("delete_at", Moment),
    Column("why", String(255)),
    Column("wish", String(3)),
    Column("wished_by", PERSON),
    Column("used_at", Moment, comment="last use, as far as AWS told at used_read_at"),
    Column("used_service", String(64)),
    Column("used_region", String(64)),
    Column("used_read_at", Moment),
    Column("first_used_at", Moment),
    Column("first_used_service", String(64)),
    Column("first_used_region", String(64)),
    Column("look_at", Moment, comment="a rotation's old key: when the use of both is read next"),
    Column("proof", String(128), comment="what the rotation's message says, told again when it is news"),
    Column("stretches", Integer, nullable=False, server_default=text("0")),
    Column("stretched_at", Moment),
    Column("next_try_at", Moment, comment="AWS refused or did not answer: asked again then"),
    Column("device", String(255), comment="serial number of the MFA device whose seed this key's envelope carries"),
    Column("device_gone_at", Moment),
    Column("ended_at", Moment),
    Column("gone_at", Moment),
    one_of("kind", Kind),
    one_of("state", CredentialState),
    CheckConstraint("slot IN (1, 2)", name="slot"),
    CheckConstraint("wish IN ('on', 'off')", name="wish"),
    CheckConstraint("kind <> 'session' OR (slot IS NULL AND state <> 'retiring')", name="sessions_end_by_themselves"),
    CheckConstraint("state IN ('issuing', 'failed') OR access_key_id IS NOT NULL", name="known_by_its_key_id"),
    Index(
        "uq_credential_grant_slot",
        "grant",
        "slot",
        unique=True,
        sqlite_where=text("gone_at IS NULL"),
        postgresql_where=text("gone_at IS NULL"),
    ),
    Index(
        "uq_credential_under_way",  # what stops the double click
        "grant",
        unique=True,
        sqlite_where=text(f"state IN ({_in(UNDER_WAY)})"),
        postgresql_where=text(f"state IN ({_in(UNDER_WAY)})"),
    ),
    Index(None, "grant"),
    Index(None, "role_arn"),
    Index(None, "state", "claimed_at"),
    Index(None, "state", "sealed_until"),
    partial("ix_credential_used_read_at", conditions.CREDENTIAL_HELD, "used_read_at"),
    partial("ix_credential_look_at", conditions.CREDENTIAL_HELD, "look_at"),
    partial("ix_credential_retire_at", conditions.CREDENTIAL_LIVE, "retire_at"),
    partial("ix_credential_delete_at", conditions.CREDENTIAL_RETIRING, "delete_at"),
    partial("ix_credential_left_in_aws", conditions.CREDENTIAL_LEFT_IN_AWS, "made_at"),
    partial("ix_credential_device_left_in_aws", conditions.DEVICE_LEFT_IN_AWS, "made_at"),
    partial("ix_credential_next_try_at", conditions.TRIED_AGAIN, "next_try_at"),
    partial("ix_credential_wish", conditions.WISHED, "made_at"),
)
