"""Refusals by limits: too many requests or claims, or too long a text."""

from collections.abc import Callable, Mapping
from typing import Any

from bot.domain.errors import Reason
from bot.domain.rate_limits import REQUESTS, RateLimit
from bot.domain.requests.request import JUSTIFICATION_MOST
from bot.slack.text.formatting import moment


def _too_many(facts: Mapping[str, Any]) -> str:
    limit: RateLimit = facts.get("limit", REQUESTS)
    return f"You can make {limit.most} {limit.act}s an hour. You can make the next one {moment(facts.get('until'))}."


SENTENCES: Mapping[Reason, Callable[[Mapping[str, Any]], str]] = {
    Reason.JUSTIFICATION_TOO_LONG: lambda facts: (
        f"This has {facts.get('length', 'too many')} characters; the limit is {JUSTIFICATION_MOST}. Shorten it."
    ),
    Reason.ALREADY_WAITING: lambda facts: (
        f"A request for this is already waiting, since {moment(facts.get('since'))}. Its approvers have until "
        f"{moment(facts.get('until'))} to decide. To change it, cancel it first: `{{command}} list` shows it."
    ),
    Reason.TOO_MANY: _too_many,
    Reason.CLAIM_DECLINED: lambda facts: (
        f"This claim was declined. You can claim it again {moment(facts.get('until'))}. Until then, talk to the "
        "approver."
    ),
}
