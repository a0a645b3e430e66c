"""Why not: more than one person may ask for at a time, or write."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.domain.errors import Reason
from bot.domain.limits import JUSTIFICATION_MOST, REQUESTS, RateLimit
from bot.slack.text.formatting import moment


def _too_many(facts: Mapping[str, Any]) -> str:
    limit: RateLimit = facts.get("limit", REQUESTS)
    return f"You can make {limit.most} {limit.act}s an hour. Try again {moment(facts.get('until'))}."


SENTENCES: Mapping[Reason, Callable[[Mapping[str, Any]], str]] = {
    Reason.JUSTIFICATION_TOO_LONG: lambda facts: (
        f"This has {facts.get('length', 'too many')} characters, and at most {JUSTIFICATION_MOST} fit. Shorten it."
    ),
    Reason.ALREADY_WAITING: lambda facts: (
        f"Your request for this is already waiting, since {moment(facts.get('since'))}. Its approvers can decide it "
        f"until {moment(facts.get('until'))}. To change it, cancel it first; `{{command}} list` shows it."
    ),
    Reason.TOO_MANY: _too_many,
    Reason.CLAIM_DECLINED: lambda facts: (
        f"This claim was declined. It can be made again {moment(facts.get('until'))}; until then, talk to the approver."
    ),
}
