"""Sentences of an approver's Home."""

from collections.abc import Mapping

from bot.domain.catalog import Entitlement
from bot.domain.home import Decided
from bot.domain.ids import EntitlementId
from bot.domain.requests.request import Answer
from bot.slack.text.formatting import (
    count,
    cut,
    moment,
    named,
    person,
)

LINE_MOST = 280

QUEUE = "Waiting for your decision"
REVIEWS = "Emergencies to review"
CLAIMS = "Someone says it's theirs"
DECIDED = "Decided in the last 7 days"


def decided(rows: tuple[Decided, ...], entitlements: Mapping[EntitlementId, Entitlement], total: int) -> str:
    lines = [_decided(each, entitlements.get(each.request.entitlement)) for each in rows]
    if total > len(rows):
        lines.append(f"and {total - len(rows)} more")
    return "\n".join([f"*{count(total, 'decision')}*", *lines])


def _decided(row: Decided, entitlement: Entitlement | None) -> str:
    yes = row.decision.answer is Answer.APPROVE
    sign, verb = (":white_check_mark:", "approved") if yes else (":no_entry:", "declined")
    what, request = named(entitlement, row.request.entitlement), row.request
    said = f"{sign} {person(row.decision.approver)} {verb} {what} for {person(request.owner)}"
    return cut(f"{said} · {moment(row.decision.made_at)}", LINE_MOST)
