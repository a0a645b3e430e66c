"""What the audit trail records, and what the outbox brings up to date. Tags are `noun:verb`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.lifecycle import AdoptedState, CredentialState, GrantState, RequestState, State


class Tag(StrEnum):
    """One audit event each. Every state but the first has the tag of the move into it."""

    REQUEST_MADE = "request:made"
    REQUEST_APPROVED = "request:approved"
    REQUEST_DECLINED = "request:declined"
    REQUEST_CANCELLED = "request:cancelled"
    REQUEST_LAPSED = "request:lapsed"
    REQUEST_REMINDED = "request:reminded"
    REQUEST_ESCALATED = "request:escalated"
    REQUEST_GROUP_CHANGED = "request:group-changed"
    DECISION_MADE = "decision:made"
    GRANT_MADE = "grant:made"
    GRANT_ACTIVE = "grant:active"
    GRANT_RENEWING = "grant:renewing"
    GRANT_RENEWED = "grant:renewed"
    GRANT_NOT_RENEWED = "grant:not-renewed"
    GRANT_LAPSED = "grant:lapsed"
    GRANT_EXPIRED = "grant:expired"
    GRANT_REVOKED = "grant:revoked"
    GRANT_TORN_DOWN = "grant:torn-down"
    GRANT_LEASE_SET = "grant:lease-set"
    GRANT_OVERSTATED = "grant:overstated"
    GRANT_SHORTENED = "grant:shortened"
    CREDENTIAL_ISSUING = "credential:issuing"
    CREDENTIAL_CLAIMED = "credential:claimed"
    CREDENTIAL_MINTED = "credential:minted"
    CREDENTIAL_SEALED = "credential:sealed"
    CREDENTIAL_REVEALED = "credential:revealed"
    CREDENTIAL_LIVE = "credential:live"
    CREDENTIAL_RETIRING = "credential:retiring"
    CREDENTIAL_DELETED = "credential:deleted"
    CREDENTIAL_FAILED = "credential:failed"
    CREDENTIAL_DISCARDED = "credential:discarded"
    CREDENTIAL_GONE = "credential:gone"
    CREDENTIAL_REVOKING = "credential:revoking"
    CREDENTIAL_REVOKED = "credential:revoked"
    CREDENTIAL_NOT_REVOKED = "credential:not-revoked"
    CREDENTIAL_DISOWNED = "credential:disowned"
    CREDENTIAL_KEPT = "credential:kept"
    SWITCH_OFF_WITHDRAWN = "credential:switch-off-withdrawn"
    CREDENTIAL_WAITED = "credential:waited"
    CREDENTIAL_STRETCHED = "credential:stretched"
    ENVELOPE_KNOCKED = "envelope:knocked"
    ORPHAN_DELETED = "orphan:deleted"
    ORPHAN_FOUND = "orphan:found"
    ADOPTED_WISHED = "adopted:wished"
    ADOPTED_LEFT = "adopted:left"
    ADOPTED_REPLACED = "adopted:replaced"
    ADOPTED_STRETCHED = "adopted:stretched"
    ADOPTED_UNDO_ASKED = "adopted:undo-asked"
    ADOPTED_UNDO_AGREED = "adopted:undo-agreed"
    ADOPTED_NOT_DONE = "adopted:not-done"
    ADOPTED_ON = "adopted:on"
    ADOPTED_ASKING = "adopted:asking"
    ADOPTED_OFF = "adopted:off"
    ADOPTED_GONE = "adopted:gone"
    FINDING_OPENED = "finding:opened"
    FINDING_CLOSED = "finding:closed"
    DIFFERENCE_FOUND = "difference:found"
    DIFFERENCE_MENDED = "difference:mended"
    DIFFERENCE_GONE = "difference:gone"
    POLICY_CHANGED = "policy:changed"
    POLICY_RIGHT = "policy:right"
    SWEEP_HALTED = "sweep:halted"
    SWEEP_RESUMED = "sweep:resumed"
    SWEEP_STOPPED = "sweep:stopped"
    FINDING_KEPT = "finding:kept"
    CLAIM_MADE = "claim:made"
    CLAIM_CONFIRMED = "claim:confirmed"
    CLAIM_DECLINED = "claim:declined"
    OWNER_CHANGED = "owner:changed"
    OWNER_DISOWNED = "owner:disowned"
    OWNER_LEFT = "owner:left"
    OWNER_BACK = "owner:back"
    FINDING_TOLD = "finding:told"
    FINDING_ENFORCED = "finding:enforced"
    MESSAGE_REFUSED = "message:refused"
    DIFFERENCE_PRESSED = "difference:pressed"
    REPORT_SENT = "report:sent"
    CATALOG_CHANGED = "catalog:changed"
    USERGROUP_CHANGED = "usergroup:changed"
    PROOFS_WRONG = "envelope:wrong-proofs"
    REQUEST_REFUSED = "request:refused"
    GRANT_REFUSED = "grant:refused"
    CREDENTIAL_REFUSED = "credential:refused"
    FINDING_REFUSED = "finding:refused"
    DIFFERENCE_REFUSED = "difference:refused"
    CLAIM_REFUSED = "claim:refused"
    SWEEP_REFUSED = "sweep:refused"
    COMMAND_REFUSED = "command:refused"
    ISSUING_PAUSED = "issuing:paused"
    ISSUING_RESUMED = "issuing:resumed"


NOUN: Mapping[type[State], str] = {
    RequestState: "request",
    GrantState: "grant",
    CredentialState: "credential",
    AdoptedState: "adopted",
}


def into(state: State) -> Tag:
    """The tag of the move into this state. By noun: `lapsed` of a request equals `lapsed` of a grant as a string."""
    return Tag(f"{NOUN[type(state)]}:{state.value}")


LATCHKEY = "latchkey"
"""The actor of what a clock or the reconciler did."""


@dataclass(frozen=True, slots=True)
class Event:
    """One line of the audit trail. `facts` hold ids and words, never a secret."""

    tag: Tag
    subject: str  # the id of the request, grant, credential, envelope or finding
    actor: str  # a Slack user id, or LATCHKEY
    at: datetime
    facts: Mapping[str, str] = field(default_factory=dict)


class Notice(StrEnum):
    """A message that Slack is to be brought up to date with. The comment says who reads it and what subject it has."""

    APPROVAL = "request:approval"  # approvers, each place; request. Updated in place with the outcome
    REMINDER = "request:reminder"  # approvers, each place; request. Updated in place with the outcome
    RECEIPT = "request:receipt"  # requester; request. "Waiting for …", updated in place
    OUTCOME = "request:outcome"  # requester; request. Declined, lapsed, or what came of a renewal, in words
    GRANT = "grant:owner"  # owner; grant. Collect, then what was collected and the buttons of its life
    GRANT_ENDING = "grant:ending"  # owner; a lease (Grant.lease). 14, 7 and 1 day before its end, updated in place
    GRANT_IN_USE = "grant:in-use"  # approvers; a lease. It ends in 7 days, or one, and a key is still in use
    GRANT_ENDED = "grant:ended"  # owner; grant. Lapsed, expired or revoked, by whom
    STUCK = "grant:stuck"  # admins; grant. What AWS refuses of its tear-down, then that it is done
    STORM = "account:storm"  # admins; account + "/" + moment. How many of many grants that end at once are deleted
    HALTED = "sweep:halted"  # the account's channel, else admins; a halt. Go on or Stop, then what was answered
    CROWDED = "account:crowded"  # admins; account. IAM users, near or at AWS's limit
    COLLECT_AGAIN = "credential:again"  # owner; credential. "Press Collect again", with why
    DID_YOU_GET_IT = "credential:confirm"  # owner; credential
    KNOCKED = "envelope:knocked"  # owner; credential. The link of a dead envelope was opened
    ROTATED = "credential:rotated"  # owner; the old credential. Both keys side by side, Switch off / Wait / Undo
    STRETCHED = "credential:stretched"  # owner, then approvers; the old credential + "/" + UTC date. Still in use
    SWITCHED = "credential:switched"  # owner and approvers; credential + "/" + moment. Not the owner's act
    DISOWNED = "credential:disowned"  # approvers and admins; credential
    ORPHAN = "orphan:found"  # owner and approvers; a finding
    DIFFERENCE = "difference:found"  # whoever domain/difference.py names; a difference, or managed_policy.subject_of
    DIGEST = "finding:digest"  # owner; owner + "/" + the moment, by the hearer's clock
    REPORT = "account:report"  # the account's channel, or who asked; account + "/" + moment. Chart, CSV, JSON
    ALARM = "finding:alarm"  # owner, admins and the account's channel; a finding that cannot wait, updated when settled
    CLAIM = "claim:open"  # approvers; a claim. Of an offer, whoever it names. Updated with the outcome
    CLAIM_OUTCOME = "claim:outcome"  # claimant, who named them, and who owned it; a claim
    OWNERLESS = "owner:none"  # the account's channel; account + "/" + UTC date of its posting. Updated in place
    LEFT = "owner:left"  # approvers; see flows/leave.py. What a leaver has in an account, at each stage
    ADOPTED = "adopted:owner"  # owner; Adopted.subject. Switched off, or replaced and proved, updated in place
    ADOPTED_UNDO = "adopted:undo"  # approvers and admins; Adopted.subject. Two of them are to agree to switch it on
    ADOPTED_ON = "adopted:on"  # admins, the account's channel, owner; Adopted.subject. It was switched on again
    ADOPTED_END = "adopted:end"  # owner and approvers; Adopted.subject. It can be deleted by hand, and where
    UNREAD = "account:unread"  # admins; account + "/" + UTC date. What inventory could not read or tell apart
    ESCALATED = "finding:escalated"  # approvers, channel or admins; those places + "/" + UTC date. Findings, in place
    ENFORCED = "finding:enforced"  # owner; credential + "/" + date. Latchkey switched it off, with Undo
    PREVIEW = "account:preview"  # the account's channel or approvers; account + "/" + moment. What would go off
    COLLECT_WINDOW = "credential:window"  # the owner's window, by view id; credential. What became of the link
    OVERSTATED = "grant:overstated"  # admins, and the owner once it is shortened; grant. Its lease ended too late
    UNDELIVERED = "message:refused"  # admins; a notice + "/" + Slack's error + "/" + UTC date. It was never shown
    GROUP_CHANGED = "request:group-changed"  # admins; request. Its approvers' user group changed after it was made


@dataclass(frozen=True, slots=True)
class Place:
    """Where a message stands: a channel id (C…), or a person's DM (U…)."""

    to: str
