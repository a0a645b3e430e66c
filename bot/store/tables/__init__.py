"""The ledger's tables. Every rule that a constraint can express is a constraint here."""

from bot.store.tables.audit_chain import audit_chain, audit_cursor, audit_waiting
from bot.store.tables.bulk_limit import halt
from bot.store.tables.columns import metadata
from bot.store.tables.drift import difference
from bot.store.tables.envelopes import envelope, tombstone
from bot.store.tables.findings import finding, told
from bot.store.tables.grants import credential, decision, grants, request
from bot.store.tables.home import home
from bot.store.tables.incidents import (
    incident,
    incident_activity,
    incident_agreement,
    incident_report,
    incident_step,
)
from bot.store.tables.inventory import adopted, agreement, found_key, found_user, reading
from bot.store.tables.journal import audit, delivery, flag, heartbeat, message, outbox, rate
from bot.store.tables.last_accessed import last_accessed
from bot.store.tables.organization import member_account
from bot.store.tables.owners import address, claim, leaver, past_owner, presence, word
from bot.store.tables.pending_calls import pending_call
from bot.store.tables.preapprovals import preapproval
from bot.store.tables.questions import question
from bot.store.tables.replacements import replacement
from bot.store.tables.reviews import review
from bot.store.tables.session_roles import session_role
from bot.store.tables.usage import usage, usage_ask, usage_slot

__all__ = [
    "address",
    "adopted",
    "agreement",
    "audit",
    "audit_chain",
    "audit_cursor",
    "audit_waiting",
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
    "home",
    "incident",
    "incident_activity",
    "incident_agreement",
    "incident_report",
    "incident_step",
    "last_accessed",
    "leaver",
    "member_account",
    "message",
    "metadata",
    "outbox",
    "past_owner",
    "pending_call",
    "preapproval",
    "presence",
    "question",
    "rate",
    "reading",
    "replacement",
    "request",
    "review",
    "session_role",
    "told",
    "tombstone",
    "usage",
    "usage_ask",
    "usage_slot",
    "word",
]
