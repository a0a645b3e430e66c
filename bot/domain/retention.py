"""What the ledger keeps, for how long and why. A sweep deletes the rest in small steps, and never the audit log."""

from dataclasses import dataclass
from datetime import timedelta

from bot.domain.schedule import FORGET_AFTER, SPANS_KEPT

STEP = 500  # rows of one table in one transaction: nothing waits long for them
MONTH, QUARTER, HALF_YEAR = timedelta(days=30), timedelta(days=90), timedelta(days=180)
OWNERS_KEPT = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Kept:
    """One table. `span` is None where nothing is ever deleted by itself; `after` says what it is counted from."""

    table: str
    span: timedelta | None
    after: str
    why: str


RETENTION = (
    Kept("audit", None, "", "what happened, when and by whom: never deleted, and the database refuses it"),
    Kept("request", None, "", "who asked for what and why"),
    Kept("decision", None, "", "who approved or declined it"),
    Kept("grants", None, "", "who held what, and until when"),
    Kept("credential", None, "", "each access key id that was ever issued, so that none is taken for a foreign one"),
    Kept("envelope", timedelta(minutes=10), "it was sealed, or until it is opened", "the sealed secret"),
    Kept("tombstone", MONTH, "the envelope's end", "why a link no longer opens"),
    Kept("outbox", QUARTER, "Slack last showed it, and while its subject stands", "which messages to bring up to date"),
    Kept("message", QUARTER, "Slack last showed it, and while its subject stands", "where each message is in Slack"),
    Kept("told", HALF_YEAR, "its finding was closed", "which step of the escalation was announced where"),
    Kept("finding", HALF_YEAR, "it was closed", "the account's report counts what was remedied and how fast"),
    Kept("difference", QUARTER, "it was closed", "drift between ledger and AWS"),
    Kept("halt", QUARTER, "it was answered", "questions before more than twenty acts"),
    Kept("reading", None, "", "when each account was last read: one row each"),
    Kept("session_role", None, "", "roles whose sessions were revoked: one row each"),
    Kept("agreement", QUARTER, "its key was gone from AWS", "who agreed to switch one on again"),
    Kept("adopted", QUARTER, "it was gone from AWS", "found keys that Latchkey switched off"),
    Kept("found_key", QUARTER, "it was gone from AWS", "keys that Latchkey did not issue"),
    Kept("word", QUARTER, "its IAM user was gone from AWS", "who settled whose an IAM user is"),
    Kept("past_owner", OWNERS_KEPT, "they were last known to own it", "whose approval of an undo does not count"),
    Kept("found_user", QUARTER, "it was gone from AWS", "their IAM users"),
    Kept("claim", QUARTER, "it was decided", "who claimed what"),
    Kept("leaver", QUARTER, "they were back", "owners who left the workspace"),
    Kept("address", QUARTER, "an inventory last met it", "whose e-mail address it is in Slack"),
    Kept("presence", QUARTER, "Slack last answered", "who is a full member, and in which time zone"),
    Kept("flag", SPANS_KEPT, "a span began or a storm was over; others until they are cleared", "switches and marks"),
    Kept("pending_call", FORGET_AFTER, "it began", "calls to AWS that are under way"),
    Kept("rate", FORGET_AFTER, "the last one stopped counting", "when each person did what is limited by the hour"),
    Kept("delivery", FORGET_AFTER, "it arrived", "Slack's deliveries, so that a repeated one does nothing"),
    Kept("heartbeat", FORGET_AFTER, "it was beaten", "workers that are alive"),
)
"""In the order in which they are deleted: what refers to a row goes before it."""

SPANS = {each.table: each.span for each in RETENTION if each.span is not None}
WITH_ANOTHER = frozenset({"envelope", "message"})  # deleted at its own deadline, and with its outbox row
PRUNED = tuple(each for each in SPANS if each not in WITH_ANOTHER)
