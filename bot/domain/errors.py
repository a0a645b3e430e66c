"""Every expected error, in one tree.

LatchkeyError
├── BadDuration          the text is no duration, or a longer one than Latchkey accepts
├── CatalogError         the catalog file has mistakes; lists all of them
├── Refused              the person may not do this, or not now; carries a Reason that slack/text turns into a sentence
├── AlreadyDone          the effect of this delivery is already committed: answer as before, do nothing
├── LimitReached         a database constraint rejected the transaction because it would exceed a limit
└── AwsError             AWS returned an error
    ├── Doubtful         the call may have been carried out: never send it again
    ├── Unreadable       a read failed, so the value is unknown; unknown never leads to an action
    │   └── TrailUnread       CloudTrail couldn't be read; carries why (usage/key_usage.py)
    ├── Throttled        AWS throttled the call: nothing was done
    │   └── Unanswered        no answer to a call that is safe to repeat: it may have been carried out
    └── AwsRefused       AWS refused the call: nothing was done
        ├── BoundaryDiffers   the boundary is missing or isn't the printed one
        ├── TwoKeys           the user already has two keys
        ├── ForeignUser       a user of that name exists and doesn't belong to this grant
        └── StillStands       a tear-down tried every step, and AWS refused some of them
"""

from collections.abc import Sequence
from enum import StrEnum

from bot.domain.incomplete_teardown import Works


class LatchkeyError(Exception):
    """Root of the tree above."""


class BadDuration(LatchkeyError):
    """The text is no duration. With `longest`, it is one, but longer than Latchkey accepts."""

    def __init__(self, text: str, *, longest: str = "") -> None:
        wrong = f"{text!r} is too long; the longest duration is {longest}"
        shape = f"{text!r} isn't a duration; write a whole number and s, m, h or d, for example 8h or 30d"
        super().__init__(wrong if longest else shape)


class CatalogError(LatchkeyError):
    def __init__(self, mistakes: tuple[str, ...]) -> None:
        super().__init__("\n".join(mistakes))
        self.mistakes = mistakes


class Reason(StrEnum):
    """Why a press or a command was refused.

    Each has a sentence in slack/text/refusals/; a test keeps the two in step.
    """

    NOT_A_MEMBER = "not-a-member"
    OWNER_NOT_A_MEMBER = "owner-not-a-member"
    PEOPLE_UNREADABLE = "people-unreadable"
    NOT_FOUND = "not-found"
    NOT_OWNER = "not-owner"
    NOT_APPROVER = "not-approver"
    NOT_ADMIN = "not-admin"
    NOT_YOUR_AUDIT = "not-your-audit"
    NOT_YOUR_USAGE = "not-your-usage"
    NO_KEY_NAMED = "no-key-named"
    NOT_A_KEY = "not-a-key"
    OTHER_ACCOUNT = "other-account"
    NOBODY_NAMED = "nobody-named"
    JOINED_LATER = "joined-later"
    ASKED_BEFORE_UPDATE = "asked-before-update"
    GROUP_UNREADABLE = "group-unreadable"
    OWN_REQUEST = "own-request"
    ALREADY_DECIDED = "already-decided"
    ALREADY_VOTED = "already-voted"
    ALREADY_ANSWERED = "already-answered"
    NOTHING_WRITTEN = "nothing-written"
    TOO_SOON = "too-soon"
    NO_WINDOW = "no-window"
    NOT_REQUESTABLE = "not-requestable"
    ENTITLEMENT_GONE = "entitlement-gone"
    KIND_CHANGED = "kind-changed"
    NOT_PREAPPROVABLE = "not-preapprovable"
    PREAPPROVED_TOO_LONG = "preapproved-too-long"
    EMERGENCY_RUNS = "emergency-runs"
    OWN_REVIEW = "own-review"
    RULE_CHANGED = "rule-changed"
    ACCOUNT_FULL = "account-full"
    TOO_LONG = "too-long"
    LONGER_THAN_ASKED = "longer-than-asked"
    NO_BREAK_GLASS = "no-break-glass"
    NO_TICKET = "no-ticket"
    OTHER_TICKET = "other-ticket"
    NO_JUSTIFICATION = "no-justification"
    NOT_AHEAD = "not-ahead"
    KEPT_TOO_LONG = "kept-too-long"
    NOT_KEPT = "not-kept"
    JUSTIFICATION_TOO_LONG = "justification-too-long"
    ALREADY_WAITING = "already-waiting"
    TOO_MANY = "too-many"
    GRANT_OVER = "grant-over"
    NOT_RUNNING = "not-running"
    NOT_LONGER = "not-longer"
    ALREADY_COLLECTED = "already-collected"
    REVEALED = "revealed"
    NOT_PAUSED = "not-paused"
    PAUSED = "paused"
    NO_WORKER = "no-worker"
    NOTHING_HELD = "nothing-held"
    NOTHING_LIVE = "nothing-live"
    NOTHING_OFF = "nothing-off"
    NOTHING_TO_ROTATE = "nothing-to-rotate"
    NOTHING_TO_REVOKE = "nothing-to-revoke"
    NOTHING_TO_RENEW = "nothing-to-renew"
    SEVERAL_KEYS = "several-keys"
    UNDER_WAY = "under-way"
    BOTH_SLOTS = "both-slots"
    SETTLING = "settling"
    USE_UNKNOWN = "use-unknown"
    SWITCHING_OFF = "switching-off"
    NOT_YOURS_TO_UNDO = "not-yours-to-undo"
    UNDO_OVER = "undo-over"
    LEAKED = "leaked"
    PAIR_ASKED = "pair-asked"
    UNDO_ASKED = "undo-asked"
    NOT_PROVEN = "not-proven"
    NO_DELETER = "no-deleter"
    SESSIONS_ARE_MADE_ANEW = "sessions-are-made-anew"
    PROTECTED = "protected"
    NOT_A_REPOSITORY = "not-a-repository"
    WATCHED_ALREADY = "watched-already"
    NOT_WORKING = "not-working"
    NOT_ADOPTED = "not-adopted"
    NO_LEASE = "no-lease"
    OFF_BY_HAND = "off-by-hand"
    NOTHING_INSTEAD = "nothing-instead"
    REPLACED_ALREADY = "replaced-already"
    TWO_APPROVERS = "two-approvers"
    SOMEBODY_WAS_FIRST = "somebody-was-first"
    NOT_CONCERNED = "not-concerned"
    NO_ACCOUNT = "no-account"
    NO_SUCH_KEY = "no-such-key"
    SEVERAL_ACCOUNTS = "several-accounts"
    UNDER_A_GRANT = "under-a-grant"
    RUNS_LATCHKEY = "runs-latchkey"
    YOURS_ALREADY = "yours-already"
    CLAIMED_ALREADY = "claimed-already"
    CLAIM_DECLINED = "claim-declined"
    OWN_CLAIM = "own-claim"
    NO_DECIDER = "no-decider"
    NOT_NAMED = "not-named"
    NAMES_NOBODY = "names-nobody"
    NO_KEY_IN_TEXT = "no-key-in-text"
    EXAMPLE_KEY = "example-key"
    MAY_NOT_CONTAIN = "may-not-contain"
    NOT_CONTAINABLE = "not-containable"
    INCIDENT_CLOSED = "incident-closed"
    KEY_NOT_DELETED = "key-not-deleted"
    ONLY_ADMINS_CLOSE = "only-admins-close"
    NOT_CONTAINED = "not-contained"
    OWN_LEAK = "own-leak"
    NO_TWO_DECIDERS = "no-two-deciders"
    NOT_ITS_AUTHOR = "not-its-author"
    NOTHING_TO_REPLACE = "nothing-to-replace"


class Refused(LatchkeyError):
    """The person may not do this, or not now. `facts` fill the sentence's placeholders and never hold a secret."""

    def __init__(self, reason: Reason, **facts: object) -> None:
        super().__init__(reason.value)
        self.reason = reason
        self.facts = facts


class AlreadyDone(LatchkeyError):
    """The effect of this Slack delivery is already committed."""


class Limit(StrEnum):
    """A limit enforced by a database constraint, so that two concurrent transactions can't exceed it together."""

    OPEN_REQUEST = "open-request"  # two open requests have the same Request.dedup_key
    RATE = "rate"  # more often than a rate limit allows


class LimitReached(LatchkeyError):
    """The transaction was rolled back; nothing was written."""

    def __init__(self, limit: Limit) -> None:
        super().__init__(limit.value)
        self.limit = limit


class AwsError(LatchkeyError):
    """`call` is the API's name, `code` is AWS's error code if there is one. Never holds the response body."""

    def __init__(self, call: str, code: str = "") -> None:
        super().__init__(f"{call}: {code or 'no answer'}")
        self.call = call
        self.code = code


class Doubtful(AwsError):
    pass


class Unreadable(AwsError):
    pass


class Throttled(AwsError):
    pass


class Unanswered(Throttled):
    pass


class AwsRefused(AwsError):
    pass


class BoundaryDiffers(AwsRefused):
    pass


class TwoKeys(AwsRefused):
    pass


class ForeignUser(AwsRefused):
    pass


class StillStands(AwsRefused):
    """`works` says which keys are still active; `steps` names each refused call with AWS's error code."""

    def __init__(self, refused: Sequence[AwsRefused], works: Works) -> None:
        super().__init__(refused[0].call, refused[0].code)
        self.steps = tuple(f"{each.call}: {each.code}" for each in refused)
        self.works = works
