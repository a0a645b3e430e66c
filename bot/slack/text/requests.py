"""Sentences about asking: windows, requests and their decisions, and what is said anywhere."""

from datetime import datetime

from bot.domain.catalog import Entitlement
from bot.domain.lifecycle import RequestState
from bot.domain.request import Request, RequestKind
from bot.slack.text import mfa
from bot.slack.text.formatting import clock, escape, kind_of, moment, named, people, person, quote, span

# --- anywhere ----------------------------------------------------------------------------------------------------


def other_workspace() -> str:
    return "You belong to another workspace, so nothing was done. Ask in your own workspace."


def unknown_button() -> str:
    return "This button is not in use any more. Open Latchkey's Home tab for what you can do now."


def sorry() -> str:
    return "Something went wrong on our side; nothing is lost. Try again, and tell Latchkey's admins if it stays."


def no_worker() -> str:
    return (
        ":rotating_light: Somebody wants to collect a credential, but no worker of Latchkey is running. Nothing was "
        "made. Start `latchkey worker`; its log says why it stopped."
    )


# --- the one-time link -------------------------------------------------------------------------------------------


def preparing_title() -> str:
    return "Your credential"


def preparing() -> str:
    return ":hourglass_flowing_sand: Preparing… This takes a few seconds. Keep this window open: the link appears here."


def link_title() -> str:
    return "Your credential is ready"


def link(url: str, until: datetime) -> str:
    return (
        f":key: *<{url}|Open one-time page>*\n\nWorks once, until {clock(until)}. "
        "Whoever has this link can open it: don't forward it."
    )


def failure_title() -> str:
    return "Nothing was handed out"


# --- requests ----------------------------------------------------------------------------------------------------


def asks(request: Request, entitlement: Entitlement | None) -> str:
    what = f"{_for(request)} {named(entitlement, request.entitlement)}"
    return f"{person(request.requester)} asks {what} for {span(request.duration)}\n{quote(request.justification)}"


def _for(request: Request) -> str:
    return "to renew" if request.kind is RequestKind.RENEW else "for"


def _noun(request: Request) -> str:
    return "renewal of" if request.kind is RequestKind.RENEW else "request for"


def asks_details(request: Request, entitlement: Entitlement | None) -> str:
    if entitlement is None:
        return f"`{escape(request.entitlement)}`, which the catalog does not offer any more"
    danger = ":warning: dangerous · " if entitlement.dangerous else ""
    kind, account = kind_of(entitlement), escape(entitlement.account)
    return f"{danger}`{escape(entitlement.id)}` · {kind} · account {account} · asked {moment(request.made_at)}"


def asks_plainly(entitlement: Entitlement | None, request: Request, *, again: bool) -> str:
    title = entitlement.title if entitlement else request.entitlement
    still = "Still waiting: a" if again else "A"
    return escape(f"{still} {_noun(request)} {title}, for {span(request.duration)}")


def votes(approved_by: frozenset[str], needed: int, request: Request) -> str:
    so_far = f"Approved by {people(approved_by)}. " if approved_by else ""
    missing = needed - len(approved_by)
    more = "One approval" if missing == 1 else f"{missing} approvals"
    renews = request.kind is RequestKind.RENEW
    then = "No key is made." if renews else "Nothing is made in AWS until the owner collects it."
    return f"{so_far}{more} needed by {moment(request.decide_by)}. {then}"


def sure_title() -> str:
    return "Approve something dangerous?"


def sure(entitlement: Entitlement, request: Request) -> str:
    return f"{person(request.requester)} would hold *{escape(entitlement.title)}* for {span(request.duration)}."


def approved(by: frozenset[str]) -> str:
    return f":white_check_mark: Approved by {people(by)}"


def declined(by: str, justification: str) -> str:
    return f":no_entry: Declined by {person(by)}\n{quote(justification)}"


def cancelled() -> str:
    return ":no_entry_sign: Taken back by the requester"


def lapsed_request() -> str:
    return ":hourglass: Lapsed: nobody decided in time"


def waiting(request: Request, entitlement: Entitlement | None) -> str:
    what = named(entitlement, request.entitlement)
    return (
        f":hourglass_flowing_sand: You asked {_for(request)} {what} for {span(request.duration)}. "
        f"The approvers have been told; they have until {moment(request.decide_by)}."
        f"{'' if request.kind is RequestKind.RENEW else mfa.have_ready(entitlement)}"
    )


def state_of(state: RequestState) -> str:
    signs = {RequestState.APPROVED: ":white_check_mark:", RequestState.LAPSED: ":hourglass:"}
    return f"{signs.get(state, ':no_entry:')} {state}"


def your_request(request: Request, entitlement: Entitlement | None, outcome: str) -> str:
    return f"Your {_noun(request)} {named(entitlement, request.entitlement)}: {outcome}"


def sessions_first() -> str:
    return (
        "Sessions come first: they end by themselves, and nothing is left to leak. "
        "Take an access key only for a program that cannot renew a session."
    )


def safer(session: Entitlement) -> str:
    return (
        f":information_source: *{escape(session.title)}* covers the same as a session that ends by itself. Would it do?"
    )


def dangerous() -> str:
    return ":warning: This one is dangerous; its approvers are asked twice."


# --- decisions, lists and the rest -------------------------------------------------------------------------------


def recorded(approved_by: frozenset[str], needed: int, *, whole: bool, renews: bool = False) -> str:
    if whole and renews:
        return ":white_check_mark: Approved. The owner hears when it runs longer."
    if whole:
        return ":white_check_mark: Approved. The requester has been told to collect it."
    return f":white_check_mark: Your approval is recorded: {len(approved_by)} of {needed}."


def nothing_held(command: str) -> str:
    return f"You hold nothing at the moment. `{command} request` asks for something."


def your_list() -> str:
    return "What you hold"


def your_decisions() -> str:
    return "Waiting for your decision"


def more_commands(command: str) -> str:
    return f"`{command} help` lists the commands."


def nothing_pending() -> str:
    return "No request waits for your decision."


def unknown_key(written: str) -> str:
    return f"Latchkey knows no key `{escape(written)}`. Copy its id, AKIA… or ASIA…, from the list of your grants."


def more(number: int) -> str:
    return f"and {number} more"


def paused(by: str) -> str:
    return f":no_entry_sign: Issuing is paused by {person(by)}. What exists goes on working."


def resumed() -> str:
    return ":white_check_mark: Issuing goes on."


HELP: tuple[tuple[str, str], ...] = (
    ("request [entitlement]", "ask for access; the approvers are told"),
    ("list", "what you hold and what waits, with Collect, Rotate, Renew and Give back"),
    ("rotate [key]", "a second key under the same grant; then switch the old one off"),
    ("renew [key]", "ask for a longer time; the approvers are told"),
    ("revoke [key]", "end a grant now, for its owner, its approvers and admins"),
    ("reactivate [key]", "bring back a key that was switched off"),
    ("claim KEY", "say that a found key, or the IAM user of that name, is yours; an approver confirms it"),
    ("pending", "requests that wait for your decision"),
    ("report [account]", "approvers and admins: an account's keys and findings, as a chart, CSV and JSON"),
    ("pause", "admins: stop issuing; nothing that exists is touched"),
    ("resume", "admins: go on issuing"),
    ("help", "this"),
)
LATER = ("leaked", "audit")
"""Words of the contract that this release does not know yet: they get help, never silence."""


def usage(command: str) -> str:
    lines = [f"`{command} {words}`  {meaning}" for words, meaning in HELP]
    return "\n".join([*lines, mfa.WITH_MFA])


def not_yet(command: str, word: str) -> str:
    return f"`{command} {word}` is not there yet in this release. What there is:"


def unknown_word(command: str, word: str) -> str:
    return f"`{command} {escape(word)}` is nothing that Latchkey knows. What it does:"


def welcome() -> str:
    return (
        "Latchkey hands out AWS credentials: ask, have it approved, collect it once, and give it back. "
        "Nothing exists before you collect it, and nothing outlives its time."
    )
