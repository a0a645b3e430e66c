"""Refusals that any button or command can meet."""

from collections.abc import Mapping
from typing import Any

from bot.domain.errors import Reason
from bot.domain.requests.auto_approve import ACTOR
from bot.slack.text.formatting import escape, holder, moment, people, person
from bot.slack.text.refusals.sentence import Sentence


def _unknown(facts: Mapping[str, Any]) -> str:
    what = f"the key `{escape(str(facts['key']))}`" if facts.get("key") else "this, or it no longer exists"
    return f"Latchkey doesn't know {what}. `{{command}} list` shows what you have."


def _whose(facts: Mapping[str, Any]) -> str:
    who = holder(str(facts["owner"])) if facts.get("owner") else "its owner"
    if facts.get("typed"):
        return f"This isn't for you: only {who} can do it. `{{command}} list` shows what is yours."
    return f"This button isn't for you. Only {who} can use it. Ask for your own with `{{command}} request`."


def able(facts: Mapping[str, Any], otherwise: str) -> str:
    """Who can do it instead."""
    return people(facts["able"], last="or") if facts.get("able") else otherwise


ALREADY = {
    "approved": "approved",
    "declined": "declined",
    "cancelled": "cancelled",
    "lapsed": "lapsed",
    "confirmed": "confirmed",
    "retiring": "switched off",
    "off": "switched off",
    "sessions-ended": "ended",
    "gone": "deleted",
    "repaired": "fixed",
    "being repaired": "being fixed",
    "somebody else's": "owned by someone else",
    "over": "resolved another way",
    "go": "answered with *Go on*",
    "stop": "answered with *Stop*",
}
"""What a state means to the one who was too late. A state that isn't here is written as it is."""
ON = {"live", "on"}  # of a key: collected, or reactivated


def _already(facts: Mapping[str, Any]) -> str:
    state = str(facts.get("state") or "requested")
    if state == "requested":
        return "Someone else answered this a moment ago, so nothing was changed."
    if state in ON:
        on = f"has been on since {moment(facts['at'])}" if facts.get("at") else "is on"
        return f"This key {on}, so nothing was changed."
    by = f" by {person(str(facts['by']))}" if str(facts.get("by") or "").startswith(("U", "W", ACTOR)) else ""
    at = f" {moment(facts['at'])}" if facts.get("at") else ""
    return f"Already {ALREADY.get(state, state)}{by}{at}."


SENTENCES: Mapping[Reason, Sentence] = {
    Reason.NOT_A_MEMBER: "Only full members of this workspace can use Latchkey. Ask someone on your team to do it.",
    Reason.PEOPLE_UNREADABLE: (
        "Latchkey couldn't reach Slack to check who you are. Nothing was done; try again in a minute."
    ),
    Reason.NOT_FOUND: _unknown,
    Reason.NOT_OWNER: _whose,
    Reason.NOT_YOUR_AUDIT: (
        "That's for admins and for the approvers of it. `{command} audit` shows what you did and what happened to your "
        "keys."
    ),
    Reason.NOBODY_NAMED: lambda facts: (
        f"I don't know who or what {escape(str(facts.get('name', 'that')))} is. Choose a person from the list that "
        "Slack shows while you type, or write a key ID, the name of an IAM user or the ID of an entitlement."
    ),
    Reason.NOT_ADMIN: lambda facts: f"Only Latchkey's admins can do this. Ask {able(facts, 'one of them')}.",
    Reason.ALREADY_DECIDED: _already,
    Reason.SOMEBODY_WAS_FIRST: _already,
    Reason.NO_WINDOW: "Slack didn't open the window in time, so nothing was done. Press the button again.",
}
