"""Sentences about requests and decisions."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from bot.domain.catalog import Entitlement
from bot.domain.lifecycle import RequestState
from bot.domain.requests.request import Answer, Decision, Request, RequestKind
from bot.slack.text.formatting import count, escape, kind_of, moment, named, people, person, quote, span, ticket
from bot.slack.text.request_form import have_ready


def asks(request: Request, entitlement: Entitlement | None) -> str:
    what = f"{_for(request)} {named(entitlement, request.entitlement)}"
    who = f"{person(request.requester)} asks {what}{on_behalf(request)}"
    return f"{who} for {span(request.duration)}\n{quote(request.justification)}"


def on_behalf(request: Request, to: str = "") -> str:
    """Empty where somebody asks for themselves. `to` is who reads it."""
    if request.owner == request.requester:
        return ""
    return " on your behalf" if to == request.owner else f" on behalf of {person(request.owner)}"


def _for(request: Request) -> str:
    return "to renew" if request.kind is RequestKind.RENEW else "for"


def _noun(request: Request) -> str:
    return "renewal of" if request.kind is RequestKind.RENEW else "request for"


def asks_details(request: Request, entitlement: Entitlement | None) -> str:
    if entitlement is None:
        return f"`{escape(request.entitlement)}`, which the catalog no longer offers"
    danger = ":warning: dangerous · " if entitlement.dangerous else ""
    kind, account = kind_of(entitlement), escape(entitlement.account)
    said = f"{danger}`{escape(entitlement.id)}` · {kind} · account {account} · requested {moment(request.made_at)}"
    return said + (f" · ticket {ticket(request, entitlement)}" if request.ticket else "")


def votes(approved_by: frozenset[str], needed: int, request: Request) -> str:
    by, renews = moment(request.decide_by), request.kind is RequestKind.RENEW
    so_far = f"{len(approved_by)} of {count(needed, 'approval')}, by {people(approved_by)}. Decide by {by}."
    then = "Approving it creates no key." if renews else "Nothing is created in AWS until the owner presses Collect."
    return f"{so_far} {then}" if approved_by else f"Needs {count(needed, 'approval')} by {by}. {then}"


def approved(
    by: frozenset[str],
    at: datetime | None = None,
    *,
    lasts: timedelta | None = None,
    asked: timedelta | None = None,
    notes: str = "",
) -> str:
    """`lasts` is the approved duration, and `asked` the requested one; `notes` are what the approvers wrote."""
    only = " only" if lasts and asked and lasts < asked else ""
    said = f":white_check_mark: Approved by {people(by)}{f', for {span(lasts)}{only}' if lasts else ''}{_on(at)}"
    return said + (f"\n{notes}" if notes else "")


def _on(at: datetime | None) -> str:
    return f" · {moment(at)}" if at else ""


def notes(decisions: Iterable[Decision]) -> str:
    """What approvers wrote to the owner, each with its author; empty if nobody did."""
    said = [each for each in decisions if each.answer is Answer.APPROVE and each.justification]
    return "\n".join(f"{person(each.approver)} wrote:\n{quote(each.justification)}" for each in said)


def shortened(duration: timedelta, asked: timedelta) -> str:
    return f":hourglass: Approved for {span(duration)} instead of the requested {span(asked)}."


def declined(by: str, at: datetime | None, justification: str) -> str:
    return f":no_entry: Declined by {person(by)}{_on(at)}\n{quote(justification)}"


def cancelled(by: str, at: datetime | None = None) -> str:
    return f":no_entry_sign: Cancelled by {person(by)}{_on(at)}"


def lapsed_request(at: datetime | None = None) -> str:
    return f":hourglass: Lapsed: nobody decided in time{_on(at)}"


def waiting(request: Request, entitlement: Entitlement | None, *, to: str) -> str:
    """`to` is who reads it: the requester or the owner."""
    what = f"{named(entitlement, request.entitlement)}{on_behalf(request, to)}"
    who = "You" if to == request.requester else person(request.requester)
    return (
        f":hourglass_flowing_sand: {who} asked {_for(request)} {what} for {span(request.duration)}. "
        f"Latchkey notified the approvers; they have until {moment(request.decide_by)} to decide."
        f"{'' if request.kind is RequestKind.RENEW else have_ready(entitlement)}"
    )


def reminded() -> str:
    return ":bell: Latchkey reminded the approvers."


def reminded_at(at: datetime) -> str:
    return f":bell: Latchkey reminded the approvers {moment(at)}."


def state_of(state: RequestState) -> str:
    signs = {RequestState.APPROVED: ":white_check_mark:", RequestState.LAPSED: ":hourglass:"}
    return f"{signs.get(state, ':no_entry:')} {state}"


def your_request(request: Request, entitlement: Entitlement | None, outcome: str, *, to: str) -> str:
    """`to` is who reads it: the requester or the owner."""
    whose = "Your" if to == request.requester else f"{person(request.requester)}'s"
    return f"{whose} {_noun(request)} {named(entitlement, request.entitlement)}{on_behalf(request, to)}: {outcome}"


def group_edited(at: datetime) -> str:
    return (
        f":eyes: Someone edited the approvers' user group {moment(at)}. Check its members before you trust a decision."
    )


def group_edited_since(request: Request, entitlement: Entitlement | None, at: datetime) -> str:
    return (
        f":eyes: Someone edited the approvers' user group of {named(entitlement, request.entitlement)} {moment(at)}, "
        f"after {person(request.requester)} made this request. People who joined since can't decide it. If your team "
        "didn't edit the group, find out who did."
    )


def recorded(approved_by: frozenset[str], needed: int, *, whole: bool, renews: bool = False) -> str:
    if whole and renews:
        return ":white_check_mark: Approved. Latchkey extends it and tells the owner."
    if whole:
        return ":white_check_mark: Approved. Latchkey told the owner to collect it."
    return f":white_check_mark: Your approval is recorded: {len(approved_by)} of {count(needed, 'approval')}."
