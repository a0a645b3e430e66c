"""The request itself: its header, its fields, and what its owner holds already."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from bot.domain.catalog import Account, Entitlement
from bot.domain.lifecycle import RequestState
from bot.domain.requests.auto_approve import rule_actor
from bot.domain.requests.request import Request, RequestKind
from bot.ports import Person
from bot.slack.text.formatting import (
    ago,
    cut,
    escape,
    key,
    kind_of,
    listed,
    moment,
    more,
    named,
    person,
    quote,
    span,
    ticket,
)

WHY_MOST = 300  # characters of the justification in a notification
TITLE_MOST = 200  # of a job title
HELD_MOST = 5  # keys and sessions that are listed


def header(request: Request, entitlement: Entitlement | None) -> str:
    """Plain text."""
    what = "Emergency" if request.emergency else "Renewal" if request.kind is RequestKind.RENEW else "Request"
    return f"{what}: {entitlement.title if entitlement else request.entitlement}"


def asks(request: Request, entitlement: Entitlement | None) -> str:
    what = named(entitlement, request.entitlement)
    return f"{person(request.requester)} asks {_for(request)} {what}{_behalf(request)}\n{quote(request.justification)}"


def plainly(request: Request, entitlement: Entitlement | None, *, waits: bool) -> str:
    """For the notification: who, what and why."""
    title = escape(entitlement.title if entitlement else request.entitlement)
    why = cut(escape(" ".join(request.justification.split())), WHY_MOST)
    sos = "Emergency: " if request.emergency else ""
    still = "Still waiting: " if waits else ""
    what = f"{_for(request)} {title}{_behalf(request)} for {span(request.duration)}"
    return f"{_done(request)}{still}{sos}{person(request.requester)} asks {what}: {why}"


def _done(request: Request) -> str:
    """So that nobody takes a message for a question that nobody has to answer."""
    if request.rule is not None:
        return f"Approved by {person(rule_actor(request.rule))}: "
    return "Approved: " if request.state is RequestState.APPROVED else ""


def _for(request: Request) -> str:
    return "to renew" if request.kind is RequestKind.RENEW else "for"


def _behalf(request: Request) -> str:
    return f" on behalf of {person(request.owner)}" if request.owner != request.requester else ""


def fields(
    request: Request,
    entitlement: Entitlement | None,
    account: Account | None,
    people: Mapping[str, Person],
) -> list[str]:
    found = [_field("Who", _who(request.requester, people))]
    if request.owner != request.requester:
        found.append(_field("Who will hold it", _who(request.owner, people)))
    found.append(_field("What", _what(request, entitlement)))
    if account is not None:
        found.append(_field("Account", f"{escape(account.name)} (`{account.id}`)"))
    found.append(_field("How long", span(request.duration)))
    if request.ticket:
        found.append(_field("Ticket", ticket(request, entitlement)))
    if request.emergency:
        found.append(_field("Emergency", "yes: issued before anybody decided"))
    found.append(_field("Requested", moment(request.made_at)))
    return found


def _field(name: str, value: str) -> str:
    return f"*{name}*\n{value}"


def _who(user: str, people: Mapping[str, Person]) -> str:
    if (known := people.get(user)) is None:
        return person(user)
    words = [cut(escape(" ".join(known.title.split())), TITLE_MOST), escape(known.time_zone)]
    return f"{person(user)}\n{' · '.join(filter(None, words))}"


def _what(request: Request, entitlement: Entitlement | None) -> str:
    if entitlement is None:
        return f"`{escape(request.entitlement)}`, which the catalog no longer offers"
    return f"`{escape(entitlement.id)}` · {kind_of(entitlement)}"


# --- what the owner has already -------------------------------------------------------------------------------------


def holds(request: Request, account: str, held: Sequence[str]) -> str:
    if not held:
        return f"{person(request.owner)} holds nothing else in {escape(account)}."
    shown = [*held[:HELD_MOST], *([more(len(held) - HELD_MOST).removeprefix("and ")] if held[HELD_MOST:] else [])]
    return f"{person(request.owner)} already holds in {escape(account)}: {listed(shown)}"


def held_key(title: str, access_key_id: str | None, used: str) -> str:
    return f"*{escape(title)}* ({f'{key(access_key_id)}, ' if access_key_id else ''}{used})"


def not_collected(title: str) -> str:
    return f"*{escape(title)}* (not collected yet)"


def held_session(title: str, until: datetime | None) -> str:
    return f"*{escape(title)}* (a session until {moment(until)})"


def last_used(at: datetime | None, now: datetime, *, known: bool) -> str:
    if not known:
        return "last use unknown"
    return f"last used {ago(at, now)}" if at else "never used"


def session_would_do(session: Entitlement) -> str:
    return (
        f":bulb: A session might do: *{escape(session.title)}* (`{escape(session.id)}`) expires on its own, after "
        f"{span(session.max_duration)} at most."
    )
