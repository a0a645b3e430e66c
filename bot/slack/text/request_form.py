"""Sentences of the window in which something is requested."""

from collections.abc import Sequence
from datetime import timedelta

from bot.domain.catalog import Account, Entitlement, Kind
from bot.slack.text.formatting import escape, span


def sessions_first() -> str:
    return (
        "Prefer a session where one is offered: it expires on its own, so nothing is left to leak. "
        "Choose an access key only for a program that can't renew a session."
    )


def offer(each: Entitlement) -> str:
    """Below its title in the list to choose from."""
    longest = f"up to {span(each.max_duration)}"
    if each.kind is Kind.SESSION:
        return f"Session, expires on its own, {longest}"
    return f"Access key{' with MFA, needs a code' if each.mfa else ''}, {longest}"


def search_among(number: int) -> str:
    return f"Search {number} entries by title, account or id"


def account(found: Account) -> str:
    return f"{found.name} · {found.id}"


def safer(session: Entitlement) -> str:
    return (
        f":information_source: *{escape(session.title)}* covers the same as a session, which expires on its own. Would "
        "that work?"
    )


def which_ticket(patterns: Sequence[str], *, needed: bool) -> str:
    """Below the field of the ticket."""
    said = f"It has to match {' or '.join(patterns)} as a whole."
    return said if needed else f"Only where the catalog asks for one. {said}"


def emergency(longest: timedelta) -> str:
    """Below the box. At most 75 characters."""
    return f"For {span(longest)} at most. Approvers and admins are notified and review it."


def dangerous() -> str:
    return ":warning: The catalog marks this as dangerous, so its approvers have to confirm their approval."


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
