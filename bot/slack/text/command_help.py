"""Help: the commands in one table, and what an unknown word is answered with."""

from difflib import get_close_matches

from bot.slack.text.formatting import escape
from bot.slack.text.request_form import WITH_MFA

HELP: tuple[tuple[str, str], ...] = (
    ("request [entitlement]", "ask for access; Latchkey notifies the approvers"),
    ("list", "show what you have and what you asked for, with Collect, Rotate, Renew and Give back"),
    ("rotate [key]", "get a second key under the same grant, then switch off the old one"),
    ("renew [key]", "ask for a longer lease; Latchkey notifies the approvers"),
    ("revoke [key]", "end a grant now; for its owner, its approvers and admins"),
    ("reactivate [key]", "bring back a key that was switched off"),
    ("claim KEY", "say that a found key, or the IAM user with that name, is yours; an approver confirms it"),
    ("pending", "show the requests waiting for your decision"),
    ("report [account]", "approvers and admins: get an account's keys and findings as a chart, CSV and JSON"),
    ("pause [because …]", "admins: stop issuing, with a reason; existing credentials keep working"),
    ("resume", "admins: start issuing again"),
    ("help", "show this list"),
)


LATER = ("leaked", "audit")
"""Words of the contract that this release doesn't have yet: they get help too."""


def usage(command: str) -> str:
    lines = [f"`{command} {words}`  {meaning}" for words, meaning in HELP]
    return "\n".join([*lines, WITH_MFA])


def not_yet(command: str, word: str) -> str:
    return f"`{command} {word}` isn't available in this release yet. You can use:"


def unknown_word(command: str, word: str) -> str:
    near = get_close_matches(word.lower(), [words.partition(" ")[0] for words, _ in HELP], n=1)
    meant = f"Did you mean `{command} {near[0]}`?" if near else "You can use:"
    return f"I don't know `{command} {escape(word)}`. {meant}"


def welcome() -> str:
    return (
        "Latchkey hands out AWS credentials: request one, get it approved, collect it once, and give it back. "
        "Nothing exists before you collect it, and nothing outlives its lease."
    )
