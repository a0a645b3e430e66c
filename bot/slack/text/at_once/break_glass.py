"""Sentences about emergencies and their reviews."""

from collections.abc import Sequence

from bot.domain.catalog import Entitlement
from bot.domain.requests.request import Request
from bot.domain.requests.review import Review
from bot.slack.text.formatting import escape, listed, moment, named, person, quote, span
from bot.slack.text.requests import on_behalf

MENTIONS_MOST = 20


def plainly(request: Request, entitlement: Entitlement | None) -> str:
    """For notifications."""
    title = entitlement.title if entitlement else request.entitlement
    return escape(f"Emergency: {title}, issued for {span(request.duration)}: {request.justification}")


def issued(request: Request, entitlement: Entitlement | None) -> str:
    what = named(entitlement, request.entitlement)
    who = f"{person(request.requester)} took {what}{on_behalf(request)}"
    return f":rotating_light: {who} for {span(request.duration)} as an emergency\n{quote(request.justification)}"


def nobody_decided() -> str:
    return ":rotating_light: Issued as an emergency, without an approval. Someone else reviews it afterwards."


def open_review(mentions: Sequence[str]) -> str:
    names = [f"<!subteam^{each}>" if each.startswith("S") else person(each) for each in mentions[:MENTIONS_MOST]]
    whose = f"{listed(names)}: find" if names else "Find"
    return f"*Open review.* {whose} out whether it was justified, then close the review. Revoke it if it wasn't."


def closed(review: Review) -> str:
    by, at = person(review.closed_by or ""), moment(review.closed_at)
    return f":white_check_mark: {by} closed the review {at}\n{quote(review.justification or '')}"


def reminder(request: Request, entitlement: Entitlement | None, review: Review) -> str:
    """It stays in Slack after the review is closed, and says so then."""
    what = named(entitlement, request.entitlement)
    icon, stands = (":rotating_light:", "still open") if review.closed_at is None else (":white_check_mark:", "closed")
    return (
        f"{icon} The review of an emergency is {stands}: {person(request.requester)} took {what} "
        f"{moment(review.opened_at)}.\n{quote(request.justification)}"
    )
