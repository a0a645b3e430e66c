"""The dialogs that ask before a press about a leaked key. A dialog says what breaks."""

from bot.slack.text.labels import BREAKS, CANCEL, CONTAIN, END_SESSIONS, NOT_NOW, REACTIVATE, Dialog


def contain(*, session: bool = False) -> Dialog:
    does = "ends the session" if session else "deactivates the key and ends the sessions made with it"
    said = f"Latchkey {does}. {BREAKS}"
    return Dialog("Contain this key?", said, CONTAIN, CANCEL)


def end_sessions(role: str) -> Dialog:
    said = f"Everything that uses the role {role} now has to sign in again, whoever started it."
    return Dialog("End this role's sessions?", said, END_SESSIONS, CANCEL)


def reactivate_leaked() -> Dialog:
    said = "Anyone who has its secret can use it again. Two approvers or admins have to agree."
    return Dialog("Reactivate a leaked key?", said, REACTIVATE, NOT_NOW)
