"""Sentences about requests and decisions, the windows around them, help, and errors that can happen anywhere."""

from datetime import datetime
from difflib import get_close_matches

from bot.domain.catalog import Entitlement, Kind
from bot.domain.lifecycle import RequestState
from bot.domain.request import Request, RequestKind
from bot.slack.text.formatting import count, escape, kind_of, moment, named, people, person, quote, span

# --- anywhere ----------------------------------------------------------------------------------------------------


def other_workspace() -> str:
    return "You belong to another workspace, so nothing was done. Use Latchkey in your own workspace."


def unknown_button() -> str:
    return "This button no longer works. Open Latchkey's Home tab to see what you can do now."


def sorry() -> str:
    return (
        "Something went wrong on our side; nothing is lost. Try again. If it keeps happening, tell Latchkey's admins."
    )


def no_worker() -> str:
    return (
        ":rotating_light: Someone pressed Collect, but no Latchkey worker is running, so nothing was created. Start "
        "`latchkey worker`; its log says why it stopped."
    )


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
        return f"`{escape(request.entitlement)}`, which the catalog no longer offers"
    danger = ":warning: dangerous · " if entitlement.dangerous else ""
    kind, account = kind_of(entitlement), escape(entitlement.account)
    return f"{danger}`{escape(entitlement.id)}` · {kind} · account {account} · requested {moment(request.made_at)}"


def asks_plainly(entitlement: Entitlement | None, request: Request, *, again: bool) -> str:
    title = entitlement.title if entitlement else request.entitlement
    still = "Still waiting: a" if again else "A"
    return escape(f"{still} {_noun(request)} {title}, for {span(request.duration)}")


def votes(approved_by: frozenset[str], needed: int, request: Request) -> str:
    by, renews = moment(request.decide_by), request.kind is RequestKind.RENEW
    so_far = f"{len(approved_by)} of {count(needed, 'approval')}, by {people(approved_by)}. Decide by {by}."
    then = "Approving it creates no key." if renews else "Nothing is created in AWS until the owner presses Collect."
    return f"{so_far} {then}" if approved_by else f"Needs {count(needed, 'approval')} by {by}. {then}"


def approved(by: frozenset[str]) -> str:
    return f":white_check_mark: Approved by {people(by)}"


def declined(by: str, justification: str) -> str:
    return f":no_entry: Declined by {person(by)}\n{quote(justification)}"


def cancelled() -> str:
    return ":no_entry_sign: Cancelled by the requester"


def lapsed_request() -> str:
    return ":hourglass: Lapsed: nobody decided in time"


def waiting(request: Request, entitlement: Entitlement | None) -> str:
    what = named(entitlement, request.entitlement)
    return (
        f":hourglass_flowing_sand: You asked {_for(request)} {what} for {span(request.duration)}. "
        f"Latchkey notified the approvers; they have until {moment(request.decide_by)} to decide."
        f"{'' if request.kind is RequestKind.RENEW else have_ready(entitlement)}"
    )


def state_of(state: RequestState) -> str:
    signs = {RequestState.APPROVED: ":white_check_mark:", RequestState.LAPSED: ":hourglass:"}
    return f"{signs.get(state, ':no_entry:')} {state}"


def your_request(request: Request, entitlement: Entitlement | None, outcome: str) -> str:
    return f"Your {_noun(request)} {named(entitlement, request.entitlement)}: {outcome}"


def sessions_first() -> str:
    return (
        "Prefer a session: it expires on its own, so nothing is left to leak. "
        "Choose an access key only for a program that can't renew a session."
    )


def offer(each: Entitlement) -> str:
    """Below its title in the list to choose from."""
    longest = f"up to {span(each.max_duration)}"
    if each.kind is Kind.SESSION:
        return f"Session, expires on its own, {longest}"
    return f"Access key{' with MFA, needs a code' if each.mfa else ''}, {longest}"


def safer(session: Entitlement) -> str:
    return (
        f":information_source: *{escape(session.title)}* covers the same as a session, which expires on its own. Would "
        "that work?"
    )


def dangerous() -> str:
    return ":warning: The catalog marks this as dangerous, so its approvers have to confirm their approval."


# --- keys with MFA ------------------------------------------------------------------------------------------------

WITH_MFA = (
    "A key *with MFA* works only with a six-digit code. The page where you collect it sets up your authenticator app "
    "once; keys you rotate to use the same one."
)


def needs_code() -> str:
    return ":iphone: This key works only with a six-digit code. Have an authenticator app ready when you collect it."


def have_ready(entitlement: Entitlement | None) -> str:
    """A line of its own, or nothing for a key without MFA."""
    return f"\n{needs_code()}" if entitlement is not None and entitlement.mfa else ""


def needs_code_suffix(*, mfa: bool) -> str:
    return " · needs a code (MFA)" if mfa else ""


# --- an edited user group of approvers ----------------------------------------------------------------------------


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


# --- decisions, lists and the rest -------------------------------------------------------------------------------


def recorded(approved_by: frozenset[str], needed: int, *, whole: bool, renews: bool = False) -> str:
    if whole and renews:
        return ":white_check_mark: Approved. Latchkey extends it and tells the owner."
    if whole:
        return ":white_check_mark: Approved. Latchkey told the requester to collect it."
    return f":white_check_mark: Your approval is recorded: {len(approved_by)} of {count(needed, 'approval')}."


def nothing_held(command: str) -> str:
    return f"You don't have anything from Latchkey at the moment. Ask for access with `{command} request`."


def your_list() -> str:
    return "Your credentials"


def your_decisions() -> str:
    return "Waiting for your decision"


def more_commands(command: str) -> str:
    return f"`{command} help` lists the commands."


def nothing_pending() -> str:
    return "No request is waiting for your decision."


def unknown_key(written: str) -> str:
    return f"Latchkey doesn't know the key `{escape(written)}`. Copy its ID (AKIA… or ASIA…) from your list."


def paused(by: str) -> str:
    return f":no_entry_sign: {person(by)} paused issuing. Existing credentials keep working."


def resumed() -> str:
    return ":white_check_mark: Issuing is resumed."


HELP: tuple[tuple[str, str], ...] = (
    ("request [entitlement]", "ask for access; Latchkey notifies the approvers"),
    ("list", "show what you have and what you asked for, with Collect, Rotate, Renew and Give back"),
    ("rotate [key]", "get a second key under the same grant, then switch off the old one"),
    ("renew [key]", "ask for a longer lease; Latchkey notifies the approvers"),
    ("revoke [key]", "end a grant now; for its owner, its approvers and admins"),
    ("reactivate [key]", "bring back a key that was switched off"),
    ("claim KEY", "say that a found key, or the IAM user with that name, is yours; an approver confirms it"),
    ("pending", "show the requests waiting for your decision"),
    ("report [account]", "approvers and admins: get an account's keys and findings as a chart, CSV and JSON"),
    ("pause", "admins: stop issuing; existing credentials keep working"),
    ("resume", "admins: start issuing again"),
    ("help", "show this list"),
)
LATER = ("leaked", "audit")
"""Words of the contract that this release doesn't have yet: they get help too."""


def usage(command: str) -> str:
    lines = [f"`{command} {words}`  {meaning}" for words, meaning in HELP]
    return "\n".join([*lines, WITH_MFA])


def not_yet(command: str, word: str) -> str:
    return f"`{command} {word}` isn't available in this release yet. You can use:"


def unknown_word(command: str, word: str) -> str:
    near = get_close_matches(word.lower(), [words.partition(" ")[0] for words, _ in HELP], n=1)
    meant = f"Did you mean `{command} {near[0]}`?" if near else "You can use:"
    return f"I don't know `{command} {escape(word)}`. {meant}"


def welcome() -> str:
    return (
        "Latchkey hands out AWS credentials: request one, get it approved, collect it once, and give it back. "
        "Nothing exists before you collect it, and nothing outlives its lease."
    )
