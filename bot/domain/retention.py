"""How long the ledger keeps each table, and why. A sweep deletes the rest in small steps, but never the audit log."""

from dataclasses import dataclass
from datetime import timedelta

from bot.domain.home import OPENED_LATELY
from bot.domain.schedule import FORGET_AFTER, SPANS_KEPT

STEP = 500  # rows of one table in one transaction, so that no lock is held for long
WEEK, MONTH = timedelta(days=7), timedelta(days=30)
QUARTER, HALF_YEAR = timedelta(days=90), timedelta(days=180)
OWNERS_KEPT = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Kept:
    """Retention of one table.

    `span` is None if rows are never deleted automatically; `after` says what it counts from.
    """

    table: str
    span: timedelta | None
    after: str
    why: str


RETENTION = (
    Kept("audit", None, "", "what happened, when and by whom: never deleted, and the database refuses to"),
    Kept("audit_chain", None, "", "the order of these events, with a hash for each: never deleted either"),
    Kept("audit_waiting", None, "", "events that have no number yet: for seconds"),
    Kept("audit_cursor", None, "", "how far numbering and the audit webhook have come: one row"),
    Kept("request", None, "", "who requested what and why"),
    Kept("decision", None, "", "who approved or declined it"),
    Kept("question", None, "", "what approvers asked about it, and the answers"),
    Kept("preapproval", QUARTER, "its last day", "who pre-approved whom, and until when"),
    Kept("review", None, "", "who reviewed an emergency, and what they found"),
    Kept("grants", None, "", "who held what, and until when"),
    Kept("last_accessed", QUARTER, "AWS was last asked", "which services of a lease nobody used"),
    Kept("credential", None, "", "every access key id ever issued, so that Latchkey recognizes its own keys"),
    Kept("envelope", timedelta(minutes=10), "it was sealed, or earlier when it is opened", "the sealed secret"),
    Kept("tombstone", MONTH, "the envelope's end", "why a link no longer opens"),
    Kept("outbox", QUARTER, "Slack last showed it, and while its subject exists", "which messages to bring up to date"),
    Kept("message", QUARTER, "Slack last showed it, and while its subject exists", "where each message is in Slack"),
    Kept("told", HALF_YEAR, "its finding was closed", "which step of the escalation was announced where"),
    Kept("finding", HALF_YEAR, "it was closed", "the account report counts what was remedied and how fast"),
    Kept("difference", QUARTER, "it was closed", "drift between ledger and AWS"),
    Kept("halt", QUARTER, "it was answered", "questions to approvers about more than twenty keys at once"),
    Kept("reading", None, "", "when each account was last read: one row for each"),
    Kept("member_account", WEEK, "AWS last listed it", "active accounts of the organization"),
    Kept("session_role", None, "", "roles with revoked sessions: one row for each"),
    Kept("agreement", QUARTER, "its key was gone from AWS", "who approved reactivating one"),
    Kept("adopted", QUARTER, "it was gone from AWS", "found keys that Latchkey deactivated"),
    Kept("found_key", QUARTER, "it was gone from AWS", "keys that Latchkey didn't issue"),
    Kept("word", QUARTER, "its IAM user was gone from AWS", "owners decided in Slack"),
    Kept(
        "past_owner",
        OWNERS_KEPT,
        "they were last known to own it",
        "former owners, whose approval of an undo doesn't count",
    ),
    Kept("found_user", QUARTER, "it was gone from AWS", "their IAM users"),
    Kept("replacement", HALF_YEAR, "the key stopped working", "keys that were replaced, and by what"),
    Kept("incident", None, "", "leaked keys, who contained them and why they were closed"),
    Kept("incident_report", None, "", "who reported them"),
    Kept("incident_step", None, "", "what was done to contain them"),
    Kept("incident_agreement", None, "", "who agreed to reactivate one"),
    Kept("incident_activity", None, "", "what the key did, as a digest: one row for each incident"),
    Kept("claim", QUARTER, "it was decided", "who claimed what"),
    Kept("leaver", QUARTER, "they were back", "owners who left the workspace"),
    Kept("address", QUARTER, "an inventory last saw it", "Slack's answers about email addresses"),
    Kept("presence", QUARTER, "Slack last answered", "who is a full member, and in which time zone"),
    Kept(
        "flag", SPANS_KEPT, "a span began or a bulk tear-down ended; others until they are cleared", "flags and markers"
    ),
    Kept("pending_call", FORGET_AFTER, "it began", "AWS calls in progress"),
    Kept("rate", FORGET_AFTER, "the last one stopped counting", "counts for hourly limits on each person"),
    Kept("delivery", FORGET_AFTER, "it arrived", "Slack's deliveries, so that a retry does nothing"),
    Kept("usage", QUARTER, "CloudTrail was last asked", "where each key is used, as a digest"),
    Kept("usage_ask", MONTH, "it was made", "who asked where a key is used"),
    Kept("usage_slot", None, "", "CloudTrail's rate limit: one row for each account and region"),
    Kept("home", OPENED_LATELY, "it was last opened", "whose Home tab is published again after a change"),
    Kept("heartbeat", FORGET_AFTER, "it was sent", "live workers"),
)
"""In order of deletion: referencing rows before the rows they refer to."""

SPANS = {each.table: each.span for each in RETENTION if each.span is not None}
WITH_ANOTHER = frozenset({"envelope", "message"})  # deleted at its own deadline, or with its outbox row
PRUNED = tuple(each for each in SPANS if each not in WITH_ANOTHER)
