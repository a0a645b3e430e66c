"""Sentences about a user group of approvers that was changed."""

from datetime import datetime

from bot.domain.catalog import Entitlement
from bot.domain.request import Request
from bot.slack.text.formatting import moment, named, person


def lately(at: datetime) -> str:
    return f":eyes: The approvers' user group was changed {moment(at)}. Check who is in it before you trust a decision."


def since_asked(request: Request, entitlement: Entitlement | None, at: datetime) -> str:
    return (
        f":eyes: The approvers' user group of {named(entitlement, request.entitlement)} was changed {moment(at)}, "
        f"after {person(request.requester)} asked for it. Whoever joined since can't decide this request. If nobody "
        "of your team edited the group, find out who did."
    )
