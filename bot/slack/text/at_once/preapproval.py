"""Sentences about pre-approvals."""

from collections.abc import Iterable

from bot.domain.catalog import Entitlement
from bot.domain.requests.preapproval import Preapproval
from bot.domain.requests.request import Decision, Request
from bot.slack.text.formatting import day, named, people, person, span


def window(request: Request, entitlement: Entitlement | None) -> str:
    return (
        f"Until then, Latchkey approves each request of {person(request.owner)} for "
        f"{named(entitlement, request.entitlement)}, up to {span(request.duration)} at a time, as soon as it's made "
        "and in your name. Any approver can revoke this."
    )


def given(found: Preapproval) -> str:
    """A line on the message on which it was given."""
    said = f":calendar: {person(found.by)} pre-approved {person(found.owner)}"
    if found.ended_at is None:
        return f"{said}: up to {span(found.duration)} at a time, until {day(found.until)}"
    return f"{said}; {person(found.ended_by or '')} ended that on {day(found.ended_at)}"


def used(rows: Iterable[Decision]) -> str:
    """Empty if everybody decided on the request itself."""
    advance = [each.approver for each in rows if each.preapproval is not None]
    return f"{people(advance)} approved it in advance." if advance else ""


def listed(found: Preapproval, entitlement: Entitlement | None) -> str:
    what = named(entitlement, found.entitlement)
    return (
        f":calendar: {person(found.owner)} is pre-approved for {what}, up to {span(found.duration)} at a time, "
        f"until {day(found.until)} (by {person(found.by)})"
    )


def revoked(found: Preapproval) -> str:
    return f":no_entry_sign: The pre-approval of {person(found.owner)} has ended. New requests wait for an approver."
