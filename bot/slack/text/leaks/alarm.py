"""Alarms about a leaked key: what is new, in a message of its own."""

from datetime import timedelta

from bot.domain.incident import ADMINS_AFTER, Incident
from bot.slack.text.formatting import span

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


def found(it: str) -> str:
    return f":rotating_light: *Something new turned up* after {it} was contained. Latchkey is containing that too."


def skipped(it: str) -> str:
    return f":rotating_light: {it} leaked, and *Latchkey can't contain all of it*."


def over(incident: Incident, it: str) -> str:
    done = "closed" if incident.closed_at else "contained"
    return f":white_check_mark: {it} is {done}."


def details() -> str:
    return "The message about this leak has the whole timeline."
