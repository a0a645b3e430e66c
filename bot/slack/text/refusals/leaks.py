"""Refusals about leaked keys."""

from collections.abc import Mapping
from typing import Any

from bot.domain.errors import Reason
from bot.domain.leaks.incident import Whose
from bot.slack.text.formatting import escape, moment, person
from bot.slack.text.refusals.sentence import Sentence

NOT_CONTAINABLE = {
    Whose.ITSELF: "Latchkey itself runs on this key, so it doesn't switch it off. Whoever runs Latchkey replaces it.",
    Whose.GONE: "AWS no longer has this key, so there's nothing to contain.",
}
ELSEWHERE = (
    "Latchkey can't contain this key: it isn't a key of an IAM user in an account of the catalog. Whoever runs its AWS "
    "account has to deactivate it."
)


def _not_containable(facts: Mapping[str, Any]) -> str:
    return NOT_CONTAINABLE.get(facts.get("whose", Whose.OTHER), ELSEWHERE)


def _closed(facts: Mapping[str, Any]) -> str:
    by = f"Already closed by {person(str(facts['by']))} {moment(facts.get('at'))}." if facts.get("by") else ""
    said = by or "This incident is closed."
    return f"{said} If the key leaked again, report it with `{{command}} leaked` and its ID."


SENTENCES: Mapping[Reason, Sentence] = {
    Reason.NO_KEY_IN_TEXT: (
        "There's no access key in this text. Paste the key's ID, which begins with AKIA or ASIA and has 20 characters, "
        "or everything that leaked: `{command} leaked AKIA…`."
    ),
    Reason.EXAMPLE_KEY: lambda facts: (
        f"`{escape(str(facts.get('key', ''))[:40])}` is an example from AWS's documentation, not a real key. "
        "Nothing was reported."
    ),
    Reason.MAY_NOT_CONTAIN: (
        "Only the key's owner, the approvers of its account and Latchkey's admins can contain it. "
        "`{command} leaked` with the key's ID pages them."
    ),
    Reason.NOT_CONTAINABLE: _not_containable,
    Reason.INCIDENT_CLOSED: _closed,
}
