"""Take characters that nobody sees out of Slack's requests, before a listener reads them.

PostgreSQL refuses a NUL, neither database takes half of a surrogate pair, and behind a direction override an approver
reads another text than the one that is stored. Joiners stay, because emoji and some scripts need them. What separates
lines becomes a space, so that a key ID and its secret stay apart in the report of a leak.
"""

import re
from typing import Any

from slack_bolt import BoltRequest

from bot.slack.middleware import Before, Next

HIDDEN = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u061c\u200b\u2028-\u202e\u2060-\u2064\u2066-\u206f\ud800-\udfff\ufeff]"
)


def without(text: str) -> str:
    return text if text.isprintable() else HIDDEN.sub(_instead, text)


def _instead(hidden: re.Match[str]) -> str:
    return " " if hidden[0].isspace() else ""


def _clean(found: Any) -> None:
    """In place: a copy of a filled window would take as long as reading it."""
    for at, each in found.items() if isinstance(found, dict) else enumerate(found):
        if isinstance(each, str):
            if not each.isprintable():
                found[at] = without(each)
        elif isinstance(each, dict | list):
            _clean(each)


def _take_out(request: BoltRequest, go_on: Next) -> Any:
    _clean(request.body)
    return go_on()


take_out = Before(_take_out)
