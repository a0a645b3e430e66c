"""Labels of buttons, windows and fields, and the dialogs that ask before a destructive press.

A button is a verb that says its result. A dialog says what breaks.
"""

from typing import NamedTuple

from bot.domain.bulk_limit import BulkAction
from bot.domain.catalog import Entitlement
from bot.domain.drift.difference import DifferenceKind
from bot.domain.requests.request import Request
from bot.slack.text import drift, sessions
from bot.slack.text.formatting import cut, escape, person, span

# --- buttons ------------------------------------------------------------------------------------------------------

REQUEST_ACCESS = "Request access"
CANCEL_REQUEST = "Cancel the request"
APPROVE = "Approve"
SHORTEN = "Approve for less"
ASK = "Ask"
AGAIN = "Request again"
NUDGE = "Remind the approvers"
ANSWER = "Answer"
PREAPPROVE = "Pre-approve"
CLOSE_REVIEW = "Close the review"
DECLINE = "Decline"
SEE_POLICY = "See policy"
COLLECT = "Collect"
ROTATE = "Rotate"
RENEW = "Renew"
GIVE_BACK = "Give back"
REVOKE = "Revoke"
SWITCH_OFF = "Switch off"
SWITCH_OFF_NOW = "Switch off now"
SWITCH_OFF_ANYWAY = "Switch it off anyway"
REACTIVATE = "Reactivate"
AGREE = "Agree to reactivate it"
UNDO = "Undo"
DELETE_NOW = "Delete now"
WAIT = "Wait"
LEAVE_ON = "Leave it on"
KEEP = "Keep"
REPLACE = "Replace it"
REPLACED = "I replaced it"
SHOW_STEPS = "Show the steps"
REPLACE_KEY = "Replace a key"
WHERE_IT_RUNS = "Where does it run?"
REPOSITORY = "Repository"
KEEP_LONGER = "Keep longer"
CHANGE = "Change"
STOP_KEEPING = "Stop keeping"
REPORT = "Report"
PAUSE = "Pause issuing"
RESUME = "Resume issuing"
CONTAIN = "Contain"
REPLACE_LEAKED = "Replace"
CLOSE_INCIDENT = "Close the incident"
END_SESSIONS = "End sessions"
NOT_A_KEY = "Not a key"
CONTAINS_KEY = "This contains a key"
EARLIER = "Previous page"
LATER = "Next page"
NOT_MINE = "Not mine"
NOT_ME = "This wasn't me"
IT_WAS_NOT_ME = "It wasn't me"
GOT_IT = "Yes"
MAKE_NEW_INSTEAD = "No, make a new one"
MAKE_NEW = "Make a new one"
ADD_REASON = "Add a reason"
CHANGE_REASON = "Change the reason"
CLAIM = "Claim"
CONFIRM = "Confirm"
MINE = "Yes, mine"
HAND_OVER = "Hand over"
GO_ON = "Go on"
STOP = "Stop"
NOT_YET = "Not yet"
NOT_NOW = "Not now"
CANCEL = "Cancel"
CLOSE = "Close"
SAVE = "Save"
MY_KEYS = "My keys"
REPORT = "Report"
NEXT_PAGE = "Next page"
OLDER = "Older"
NEWER = "Newer"
FIRST_PAGE = "Back to the start"


def pending(many: int) -> str:
    """With how many requests wait for the reader's decision."""
    return f"Decide ({many})" if many else "Nothing to decide"


def leaks(many: int) -> str:
    """With how many incidents are open that concern the reader."""
    return f"Leaked keys ({many})"


# --- windows ------------------------------------------------------------------------------------------------------

APP = "Latchkey"
POLICY = "Policy"
REQUEST = "Request"
KEEP_KEY = "Keep this key"
PAUSE_REASON = "Why issuing is paused"
BRING_BACK = "Bring back"

# --- fields and their hints ---------------------------------------------------------------------------------------

WHICH_ONE = "Which one?"
WHAT_FOR = "What do you need?"
HOW_LONG = "For how long?"
HOW_LONG_HINT = "The time starts when you collect it. Shorter is safer."
WHY = "Why?"
WHY_HINT = "The approvers read this, and it's recorded in the audit log."
NOTE = "A note for the owner"
NOTE_HINT = "Optional. The owner reads this, and it's recorded in the audit log."
SHORTEN_HINT = "At most what was asked for. If several approve, the shortest time counts."
FOR_WHOM = "Who will hold it?"
FOR_WHOM_HINT = (
    "Only this person can collect it and is responsible for it. Leave it as it is to ask for yourself. For a team, "
    "choose the person who answers for it."
)
TICKET = "Ticket"
EMERGENCY = "Emergency"
EMERGENCY_BOX = "Issue it now, before anybody decides"
QUESTION = "What do you want to know?"
QUESTION_HINT = "The requester gets it as a direct message. You can still decide before they answer."
YOUR_ANSWER = "Your answer"
YOUR_ANSWER_HINT = "The approvers read this, and it's recorded with the request."
WHAT_FOUND = "What did you find?"
CLOSE_HINT = "What was done, or why it's no leak. It's shown in the incident and recorded in the audit log."
WHAT_FOUND_HINT = "Was it justified, and what was done? It's recorded in the audit log."
PREAPPROVE_HINT = "At most 90 days ahead."
WHY_NOT = "Why not?"
WHY_NOT_HINT = "The requester reads this."
WHY_RENEW = "Why do you still need it?"
UNTIL_WHEN = "Until when?"
WHY_KEEP = "Why do you keep it?"
WHOSE = "Whose is it?"
NEW_OWNER = "Who should own it?"
ASKED_HINT = "Latchkey asks them whether it's theirs."
WHY_NOT_YOURS = "Why isn't it yours?"
WHY_THEM = "Why them?"

# --- the report's charts and files --------------------------------------------------------------------------------

BY_AGE = "By age"
BY_LAST_USE = "By last use"

# --- dialogs --------------------------------------------------------------------------------------------------------


class Dialog(NamedTuple):
    title: str
    text: str
    yes: str
    no: str


DIALOG_MOST = 300  # characters of a dialog's text
BREAKS = "Anything that still uses it stops working."


def approve(entitlement: Entitlement, request: Request) -> Dialog:
    """For an entitlement that the catalog marks as dangerous."""
    return Dialog(
        "Approve dangerous access?",
        f"{person(request.owner)} gets *{escape(entitlement.title)}* for {span(request.duration)}. The catalog "
        "marks it as dangerous.",
        APPROVE,
        NOT_NOW,
    )


def give_back(ends_now: str = sessions.ENDS_NOW, used: str = "") -> Dialog:
    """`ends_now` says what happens to the grant's keys and sessions, `used` what uses them."""
    return Dialog("Give it back?", _with_use(used, f"{ends_now} Ask again if you need it."), GIVE_BACK, CANCEL)


def _with_use(used: str, said: str) -> str:
    """What uses the key comes first, and is cut so that all fits."""
    room = DIALOG_MOST - len(said) - 1
    return f"{cut(used, room)} {said}" if used and room > len(used) / 2 else said


def revoke(ends_now: str) -> Dialog:
    return Dialog("Revoke it?", ends_now, REVOKE, CANCEL)


def not_me(ends_now: str = "This can't be undone.") -> Dialog:
    said = f"Latchkey revokes the grant and notifies its approvers. {ends_now}"
    return Dialog("Did someone else open it?", said, IT_WAS_NOT_ME, CANCEL)


def rare(ends_now: str) -> Dialog:
    """For a menu with Renew and This wasn't me: Slack asks the same for both."""
    said = f"*{RENEW}* opens a form. *{NOT_ME}* revokes the grant at once and notifies its approvers. {ends_now}"
    return Dialog("Go on?", said, GO_ON, CANCEL)


def switch_off() -> Dialog:
    return Dialog("Switch this key off?", f"{BREAKS} You can bring it back.", SWITCH_OFF, NOT_YET)


def delete_now() -> Dialog:
    said = "The new key is in use. Once the old one is deleted, Undo can't bring it back, and there's room for another."
    return Dialog("Delete this key?", said, DELETE_NOW, NOT_YET)


def switch_off_found(yes: str, no: str, used: str = "") -> Dialog:
    """For a key that Latchkey didn't create."""
    said = (
        f"{BREAKS} If something used it in the last 24 hours, Latchkey asks you once more. It isn't deleted, but "
        "reactivating it takes two approvers."
    )
    return Dialog("Switch this key off?", _with_use(used, said), yes, no)


def switch_off_anyway() -> Dialog:
    return Dialog("Switch it off while it's in use?", BREAKS, SWITCH_OFF, LEAVE_ON)


def reactivate_found() -> Dialog:
    return Dialog("Reactivate this key?", "Anyone who has its secret can use it again.", REACTIVATE, NOT_NOW)


def repair(kind: DifferenceKind) -> Dialog:
    label = drift.LABELS[kind]
    return Dialog(f"{label}?", drift.SURE[kind], label, NOT_YET)


def go_on(action: BulkAction) -> Dialog:
    if action in {BulkAction.DELETE, BulkAction.FOUND_DELETE}:
        return Dialog("Delete these keys?", "A deleted key can't be brought back.", GO_ON, CANCEL)
    return Dialog(
        "Switch these keys off?", "Anything that still uses one stops working. Undo can bring it back.", GO_ON,
        CANCEL,
    )  # fmt: skip
