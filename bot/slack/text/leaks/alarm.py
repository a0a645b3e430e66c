"""Alarms about a leaked key: what is new, in a message of its own."""

from datetime import timedelta

from bot.domain.leaks.incident import ADMINS_AFTER, Incident
from bot.slack.text.formatting import escape, span

WAITED: timedelta = ADMINS_AFTER


def undecided(it: str) -> str:
    return (
        f":rotating_light: {it} is reported as leaked, and nobody decided for {span(WAITED)}. It still works. "
        "*Contain* deactivates it and ends its sessions."
    )


def unknown(it: str) -> str:
    return (
        f":rotating_light: {it} is reported as leaked, and AWS doesn't say whose it is. It still works. Latchkey "
        "keeps asking; *Contain* takes effect as soon as AWS answers."
    )


def refused(it: str) -> str:
    return f":rotating_light: {it} leaked and *isn't contained*: AWS refused a step."


def skipped(it: str) -> str:
    return f":rotating_light: {it} leaked, and *Latchkey can't contain all of it*."


def unchecked(it: str, why: str) -> str:
    return (
        f":rotating_light: Latchkey can't check whether anything is new on the user of {it}: {escape(why)}. "
        "Look at its keys, policies and console password in IAM. Latchkey tries again."
    )


def found(it: str, *, contained: bool) -> str:
    """A check saw it on the key's own IAM user."""
    then = "That is contained too." if contained else "Latchkey is containing that too."
    return f":rotating_light: *Something new turned up* on the user of {it}. {then}"


def made(it: str) -> str:
    """CloudTrail shows it, and it isn't on the key's own IAM user."""
    return (
        f":rotating_light: {it} *was used to create something that still works*. Latchkey doesn't touch it: check it "
        "in IAM, and remove what nobody recognizes."
    )


def over(incident: Incident, it: str) -> str:
    if incident.closed_at:
        return f":white_check_mark: The incident of {it} is closed."
    return f":white_check_mark: {it} is contained."


def details() -> str:
    return "The message about this leak has the whole timeline."
