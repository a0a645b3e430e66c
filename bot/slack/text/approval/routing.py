"""Who is asked to decide, and who of the catalog can't be."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.catalog import Entitlement
from bot.domain.requests.request import Request
from bot.flows.requests.routing import Asked, Problem
from bot.slack.text.formatting import escape, listed, moment, named, person

MENTIONS_MOST = 20


def asked(who: Asked, request: Request) -> str:
    """Mentions them: Slack notifies people by a channel's message only if it does."""
    first, *further = who.groups
    names = [f"<!subteam^{each}>" if each.startswith("S") else person(each) for each in who.mentions[:MENTIONS_MOST]]
    said = f"Asked: {listed(names)}, because *{escape(first.name)}* approves this entitlement."
    if further:
        to = listed([f"*{escape(each.name)}*" for each in further])
        said += f" Escalated to {to} {moment(request.escalated_at)}."
    return said


def problem(found: Problem) -> str:
    return f":warning: {_what(found)}, so they can't decide. The admins were notified."


def _what(found: Problem) -> str:
    if found.who.startswith("S"):
        return f"<!subteam^{found.who}> of *{escape(found.group)}* is empty, or Slack can't say who is in it"
    return f"{person(found.who)} of *{escape(found.group)}* isn't a full member of this workspace"


def misrouted(found: Problem, request: Request, entitlement: Entitlement | None) -> str:
    """For the admins."""
    what = named(entitlement, request.entitlement)
    return (
        f":warning: {_what(found)}. The request of {person(request.requester)} for {what} still waits, and everybody "
        f"else was asked. Correct `[approvers.{escape(found.group)}]` in the catalog."
    )


def waits_still(request: Request, *, nudged: bool) -> str:
    """`nudged`: the requester or the owner asked for this reminder."""
    who = f":bell: {person(request.requester)} asks you to decide. " if nudged else ""
    return f"{who}:hourglass: Still waiting, since {moment(request.made_at)}"


def escalated(groups: Sequence[str], since: datetime) -> str:
    to = f" to *{escape(groups[-1])}*" if groups else ""
    return f":arrow_double_up: Escalated{to}: nobody has decided since {moment(since)}"
