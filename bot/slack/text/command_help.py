"""Help: the commands in one table, and what an unknown word is answered with."""

from difflib import get_close_matches

from bot.slack.text.formatting import escape
from bot.slack.text.request_form import WITH_MFA

OWNERS: tuple[tuple[str, str], ...] = (
    ("request [entitlement] [for 8h] [because …]", "ask for access; Latchkey notifies the approvers"),
    ("list", "show what you have, found keys included, and what you asked for, with the buttons of each"),
    ("rotate [key]", "get a second key under the same grant, or a new one in place of a found key"),
    ("renew [key]", "ask for a longer lease; Latchkey notifies the approvers"),
    ("revoke [key]", "end a grant now, or switch off a found key"),
    ("reactivate [key]", "bring back a key that was switched off; a found key takes two approvers"),
    (
        "usage KEY",
        "show where a key is used, and with what; approvers and admins: any key of an account",
    ),
    ("claim KEY", "say that a found key, or the IAM user with that name, is yours; an approver confirms it"),
    ("leaked KEY", "report a leaked key, whoever it belongs to; paste what leaked, Latchkey keeps no secret"),
    ("incidents", "show leaked keys: yours, and those you decide about"),
    (
        "audit [@someone | KEY | entitlement]",
        "show what you did and what happened to your keys; approvers: to others too",
    ),
    ("help", "show this list"),
)
APPROVERS: tuple[tuple[str, str], ...] = (
    ("pending", "show what waits for you: requests, reviews of emergencies, and the pre-approvals you can revoke"),
    ("report [account]", "approvers and admins: get an account's keys and findings as a chart, CSV and JSON"),
)
ADMINS: tuple[tuple[str, str], ...] = (
    ("pause [because …]", "admins: stop issuing, with a reason; existing credentials keep working"),
    ("resume", "admins: start issuing again"),
)
BY_ROLE = (("*Your keys*", OWNERS), ("*For approvers*", APPROVERS), ("*For admins*", ADMINS))
HELP = (*OWNERS, *APPROVERS, *ADMINS)


KEY_ID = "Name a key by its ID, whole or cut as `AKIA…K7`; a found key also by its IAM user."


def usage(command: str) -> list[str]:
    """The commands of each role."""
    lists = [
        "\n".join([role, *(f"`{command} {words}`  {meaning}" for words, meaning in rows)]) for role, rows in BY_ROLE
    ]
    return [*lists, f"{KEY_ID} {WITH_MFA}"]


def unknown_word(command: str, word: str) -> str:
    near = get_close_matches(word.lower(), [words.partition(" ")[0] for words, _ in HELP], n=1)
    meant = f"Did you mean `{command} {near[0]}`?" if near else "You can use:"
    return f"I don't know `{command} {escape(word)}`. {meant}"


def welcome() -> str:
    return (
        "Latchkey hands out AWS credentials: request one, get it approved, collect it once, and give it back. "
        "Nothing exists before you collect it, and nothing outlives its lease."
    )


def what_next() -> str:
    return "*Latchkey* hands out AWS credentials. What do you need?"


def all_commands(command: str) -> str:
    return f"You can type it too, like `{command} request`. `{command} help` lists all commands."
