"""Audit event tags and the notices that the outbox delivers. Tags are `noun:verb`."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from bot.domain.lifecycle import AdoptedState, CredentialState, GrantState, IncidentState, RequestState, State


class Tag(StrEnum):
    """One tag for each kind of audit event. Every state except the initial one has a tag for the transition into it."""

    REQUEST_MADE = "request:made"
    REQUEST_APPROVED = "request:approved"
    REQUEST_DECLINED = "request:declined"
    REQUEST_CANCELLED = "request:cancelled"
    REQUEST_LAPSED = "request:lapsed"
    REQUEST_REMINDED = "request:reminded"
    REQUEST_ESCALATED = "request:escalated"
    REQUEST_GROUP_CHANGED = "request:group-changed"
    REQUEST_NUDGED = "request:nudged"
    REQUEST_QUESTION = "request:question"
    REQUEST_ANSWER = "request:answer"
    REQUEST_MISROUTED = "request:misrouted"
    REQUEST_BREAK_GLASS = "request:break-glass"
    REVIEW_OPENED = "review:opened"
    REVIEW_REMINDED = "review:reminded"
    REVIEW_CLOSED = "review:closed"
    DECISION_MADE = "decision:made"
    PREAPPROVAL_MADE = "preapproval:made"
    PREAPPROVAL_REVOKED = "preapproval:revoked"
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
    CREDENTIAL_RELEASED = "credential:released"
    CREDENTIAL_DELETE_ASKED = "credential:delete-asked"
    CREDENTIAL_NOT_DELETED = "credential:not-deleted"
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
    ADOPTED_DELETE_ASKED = "adopted:delete-asked"
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
    REPLACEMENT_WATCHED = "replacement:watched"
    REPLACEMENT_USED = "replacement:used"
    REPLACEMENT_QUIET = "replacement:quiet"
    REPLACEMENT_ENDED = "replacement:ended"
    INCIDENT_REPORTED = "incident:reported"
    INCIDENT_CONTAINING = "incident:containing"
    INCIDENT_CONTAINED = "incident:contained"
    INCIDENT_CLOSED = "incident:closed"
    INCIDENT_PAGED = "incident:paged"
    INCIDENT_ESCALATED = "incident:escalated"
    INCIDENT_STEP = "incident:step"
    INCIDENT_STEP_REFUSED = "incident:step-refused"
    INCIDENT_FOUND = "incident:found"
    INCIDENT_AGREED = "incident:agreed"
    INCIDENT_REACTIVATED = "incident:reactivated"
    INCIDENT_REPLACED = "incident:replaced"
    FINDING_KEPT = "finding:kept"
    FINDING_RELEASED = "finding:released"
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
    PREAPPROVAL_REFUSED = "preapproval:refused"
    REVIEW_REFUSED = "review:refused"
    GRANT_REFUSED = "grant:refused"
    CREDENTIAL_REFUSED = "credential:refused"
    FINDING_REFUSED = "finding:refused"
    DIFFERENCE_REFUSED = "difference:refused"
    CLAIM_REFUSED = "claim:refused"
    SWEEP_REFUSED = "sweep:refused"
    LEAK_REFUSED = "leak:refused"
    LEAK_UNNAMED = "leak:unnamed"
    COMMAND_REFUSED = "command:refused"
    ISSUING_PAUSED = "issuing:paused"
    ISSUING_EXPLAINED = "issuing:explained"
    ISSUING_RESUMED = "issuing:resumed"


NOUN: Mapping[type[State], str] = {
    RequestState: "request",
    GrantState: "grant",
    CredentialState: "credential",
    AdoptedState: "adopted",
    IncidentState: "incident",
}


def into(state: State) -> Tag:
    """The tag for the transition into this state.

    Looked up by noun, because `lapsed` of a request equals `lapsed` of a grant as a string.
    """
    return Tag(f"{NOUN[type(state)]}:{state.value}")


LATCHKEY = "latchkey"
"""The actor of changes made by a sweep."""


@dataclass(frozen=True, slots=True)
class Event:
    """One audit event. `facts` hold ids and words, never a secret."""

    tag: Tag
    subject: str  # id of what it is about
    actor: str  # a Slack user id, or LATCHKEY
    at: datetime
    facts: Mapping[str, str] = field(default_factory=dict)


class Notice(StrEnum):
    """A message to post or update in Slack. Each comment names the recipients and the subject."""

    APPROVAL = "request:approval"  # approvers, in each place; request. Updated in place with the outcome
    REMINDER = "request:reminder"  # approvers, in each place; request, or Timed for each Nudge. Updated like APPROVAL
    RECEIPT = "request:receipt"  # requester and owner; request. "Waiting for …", updated in place
    OUTCOME = "request:outcome"  # requester and owner; request. Declined, lapsed, or the outcome of a renewal
    GRANT = "grant:owner"  # owner; grant. Collect, then what was collected and its buttons
    GRANT_ENDING = "grant:ending"  # owner; a lease (Grant.lease). 14, 7 and 1 day before it ends, updated in place
    GRANT_IN_USE = "grant:in-use"  # approvers; a lease. It ends in 7 days or 1 day, and a key is still in use
    GRANT_ENDED = "grant:ended"  # owner; grant. Lapsed, expired or revoked, and who did it
    STUCK = "grant:stuck"  # admins; grant. What AWS refuses during tear-down, then that it finished
    STORM = "account:storm"  # admins; account + "/" + time. Tear-down progress when many grants end at once
    HALTED = "sweep:halted"  # the account's channel, else admins; a halt. Go on or Stop, then the answer
    CROWDED = "account:crowded"  # admins; account. The number of IAM users is near or at AWS's quota
    COLLECT_AGAIN = "credential:again"  # owner; credential. "Press Collect again", and why
    DID_YOU_GET_IT = "credential:confirm"  # owner; credential
    KNOCKED = "envelope:knocked"  # owner; credential. Someone opened the link of a dead envelope
    ROTATED = "credential:rotated"  # owner; the old credential. Both keys side by side, Switch off / Wait / Undo
    STRETCHED = "credential:stretched"  # owner, then approvers; the old credential + "/" + UTC date. Still in use
    SWITCHED = "credential:switched"  # owner and approvers; credential + "/" + time. Someone else did it
    DISOWNED = "credential:disowned"  # approvers and admins; credential
    ORPHAN = "orphan:found"  # owner and approvers; a finding
    DIFFERENCE = "difference:found"  # recipients from domain/drift/difference.py; a drift row, or subjects.PolicyChange
    DIGEST = "finding:digest"  # owner; owner + "/" + local time
    REPORT = "account:report"  # the account's channel, or the person who asked; account + "/" + time. Chart, CSV, JSON
    ALARM = "finding:alarm"  # owner, admins and the account's channel; an urgent finding, updated when resolved
    CLAIM = "claim:open"  # approvers; a claim. For an offer, the person it names. Updated with the outcome
    CLAIM_OUTCOME = "claim:outcome"  # claimant, the person who offered, and the former owner; a claim
    OWNERLESS = "owner:none"  # the account's channel; account + "/" + UTC date of posting. Updated in place
    LEFT = "owner:left"  # approvers; see flows/ownership/leavers.py. A leaver's keys in one account, at each stage
    ADOPTED = "adopted:owner"  # owner; Adopted.subject. Deactivated, or replaced and verified, updated in place
    ADOPTED_UNDO = "adopted:undo"  # approvers and admins; Adopted.subject. Two of them must approve the reactivation
    ADOPTED_ON = "adopted:on"  # admins, the account's channel, owner; Adopted.subject. It was reactivated
    ADOPTED_END = "adopted:end"  # owner and approvers; Adopted.subject. It can be deleted by hand, and where
    UNREAD = "account:unread"  # admins; account + "/" + UTC date. What inventory couldn't read or match
    ESCALATED = "finding:escalated"  # approvers, channel or admins; those places + "/" + UTC date. Updated in place
    ENFORCED = "finding:enforced"  # owner; credential + "/" + date. Latchkey deactivated it, with Undo
    PREVIEW = "account:preview"  # the account's channel or approvers; account + "/" + time. What would be deactivated
    COLLECT_WINDOW = "credential:window"  # the owner's modal, by view id; credential. What became of the link
    OVERSTATED = "grant:overstated"  # admins, and the owner once it is shortened; grant. Its lease ended too late
    UNDELIVERED = "message:refused"  # admins; a notice + "/" + Slack's error + "/" + UTC date. Never shown
    GROUP_CHANGED = "request:group-changed"  # admins; request. Its approvers' user group changed after it was made
    QUESTION = "request:question"  # requester; a question. An approver asks about a request, with Answer
    ANSWER = "request:answer"  # the approver who asked; a question. What the requester answered
    PAUSED = "issuing:paused"  # every channel of the catalog, else admins; "issuing/" + time. Updated when it is over
    RESUMED = "issuing:resumed"  # the same places; the same subject
    ESCALATION = "request:escalation"  # the next group of approvers; request. Updated in place with the outcome
    MISROUTED = "request:misrouted"  # admins; request. An approver or a user group of the catalog can't be asked
    BREAK_GLASS = "request:break-glass"  # approvers, the account's channel, admins; request. Its review, with Close
    REVIEW = "review:reminder"  # approvers and admins; request + "/" + UTC date. An emergency's review is still open
    HOME = "home:changed"  # whoever opened Home lately; that person. Published anew, never posted as a message
    USAGE = "usage:answer"  # whoever asked; a usage.Ask. Where the key is used
    REPLACEMENT = "replacement:owner"  # owner; Watch.subject. Used again, or quiet: Switch off is offered
    INCIDENT = "leak:incident"  # owner, approvers, admins, the account's channel; an incident. Its timeline, updated
    INCIDENT_ALARM = "leak:alarm"  # the same places; incident + "/" + time. Refused, something new, or nobody decided
    LEAK_UNNAMED = "leak:unnamed"  # admins; an event of the audit log. AWS or GitHub doesn't say which key leaked
