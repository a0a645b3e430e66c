"""Every id that Slack sends back to us: actions, callbacks and blocks.

Messages that were sent earlier hold these ids, so they never change.
"""

from enum import StrEnum


class Action(StrEnum):
    """A button's action id. Its value is the row's opaque id and nothing else."""

    REQUEST_OPEN = "request:open"
    REQUEST_PENDING = "request:pending"  # the menu's button
    REQUEST_APPROVE = "request:approve"
    REQUEST_DECLINE = "request:decline"
    REQUEST_SHORTEN = "request:shorten"
    REQUEST_AGAIN = "request:again"
    REQUEST_NUDGE = "request:nudge"
    REQUEST_ASK = "request:ask"
    REQUEST_ANSWER = "request:answer"
    REVIEW_CLOSE = "review:close"
    REQUEST_PREAPPROVE = "request:preapprove"
    PREAPPROVAL_REVOKE = "preapproval:revoke"
    REQUEST_CANCEL = "request:cancel"
    REQUEST_POLICY = "request:policy"
    GRANT_COLLECT = "grant:collect"
    GRANT_RENEW = "grant:renew"
    GRANT_RETURN = "grant:return"
    GRANT_REVOKE = "grant:revoke"
    CREDENTIAL_CONFIRM = "credential:confirm"
    CREDENTIAL_REPLACE = "credential:replace"
    CREDENTIAL_DISOWN = "credential:disown"
    CREDENTIAL_ROTATE = "credential:rotate"
    CREDENTIAL_RETIRE = "credential:retire"
    CREDENTIAL_WAIT = "credential:wait"
    CREDENTIAL_REACTIVATE = "credential:reactivate"
    CREDENTIAL_DELETE = "credential:delete"  # Delete now
    SWEEP_GO = "sweep:go"
    SWEEP_STOP = "sweep:stop"
    CREDENTIAL_ANYWAY = "credential:anyway"
    FINDING_KEEP = "finding:keep"
    FINDING_REPLACE = "finding:replace"  # what should take its place
    FINDING_REPLACED = "finding:replaced"  # I replaced it
    FINDING_RELEASE = "finding:release"  # Stop keeping
    FINDING_DISOWN = "finding:disown"
    DIFFERENCE_MEND = "difference:mend"
    CLAIM_MAKE = "claim:make"
    CLAIM_CONFIRM = "claim:confirm"
    CLAIM_DECLINE = "claim:decline"
    CLAIM_OFFER = "claim:offer"  # Hand over
    ISSUING_PAUSE = "issuing:pause"
    ISSUING_EXPLAIN = "issuing:explain"  # Add a reason to the pause
    ISSUING_RESUME = "issuing:resume"
    LIST_OPEN = "list:open"
    REPORT_SEND = "report:send"  # of every account that the presser may see
    LIST_TURN = "list:turn"  # the value is how many come before the page
    LIST_FIRST = "list:first"  # the same, beside it: a block's buttons have ids of their own
    ACCOUNT_REPORT = "account:report"  # the value is the account's name
    HOME_EARLIER = "home:earlier"  # the value is a section and how many rows come before the page
    HOME_LATER = "home:later"
    LEAK_CONTAIN = "leak:contain"
    LEAK_REPLACE = "leak:replace"
    LEAK_REACTIVATE = "leak:reactivate"
    LEAK_CLOSE = "leak:close"
    LEAK_SESSIONS = "leak:sessions"  # End sessions; the value is the incident's id, a space and the step's number
    LEAKS_EARLIER = "leaks:earlier"  # /key incidents; the value is how many come before the page
    LEAKS_LATER = "leaks:later"
    LEAK_DISMISS = "leak:dismiss"  # Not a key
    MORE = "more"  # an overflow menu; an option's value is the action id, a space and the row's id
    AUDIT_OLDER = "audit:older"  # the value is an event's id, and what was asked for
    AUDIT_NEWER = "audit:newer"
    VALUE = "value"  # the one input of each block of a modal


class Callback(StrEnum):
    """A modal's callback id: `request`, else the action that it completes."""

    REQUEST = "request"
    REQUEST_DECLINE = "request:decline"
    REQUEST_SHORTEN = "request:shorten"
    REQUEST_ASK = "request:ask"
    REQUEST_ANSWER = "request:answer"
    REQUEST_PREAPPROVE = "request:preapprove"
    REVIEW_CLOSE = "review:close"
    GRANT_RENEW = "grant:renew"
    GRANT_REVOKE = "grant:revoke"
    CREDENTIAL_ROTATE = "credential:rotate"
    CREDENTIAL_RETIRE = "credential:retire"  # of a found key
    CREDENTIAL_REACTIVATE = "credential:reactivate"
    FINDING_KEEP = "finding:keep"
    FINDING_DISOWN = "finding:disown"
    FINDING_REPLACE = "finding:replace"
    CLAIM_OFFER = "claim:offer"
    ISSUING_EXPLAIN = "issuing:explain"
    LEAK = "leak"  # the message shortcut
    LEAK_CLOSE = "leak:close"


class Block(StrEnum):
    """A modal's input blocks."""

    ENTITLEMENT = "entitlement"
    DURATION = "duration"
    JUSTIFICATION = "justification"
    KEY = "key"
    UNTIL = "until"
    OWNER = "owner"
    TICKET = "ticket"
    EMERGENCY = "emergency"
    REPOSITORY = "repository"
    PLACE = "place"  # where a key runs
