"""Sentences about revoked sessions: which ones AWS refuses, which still work, until when and why."""

from collections.abc import Sequence
from datetime import datetime

from bot.domain.catalog import Kind
from bot.domain.credential import Credential, still_running
from bot.domain.issuing.session import Fate, fate
from bot.domain.lifecycle import HELD
from bot.slack.text.formatting import clock, escape, key

NAMED = 10  # of one fate: a section takes 3,000 characters in all
ENDS_NOW = "Anything that still uses it stops working now. This can't be undone."
NOTHING_ENDS = "Nothing uses it, so nothing stops working. This can't be undone."
SAID = {
    Fate.REVOKED: "Revoked in AWS: {named}.",
    Fate.REVOKING: "Being revoked in AWS, and still working until that's done: {named}.",
    Fate.REFUSED: "Still working, because AWS doesn't let Latchkey revoke it ({why}): {named}. Latchkey keeps trying.",
    Fate.RUNS_ON: "Still working, because Latchkey can't revoke sessions in this account: {named}.",
}


def ends_now(credentials: Sequence[Credential], now: datetime, *, revokes: bool) -> str:
    """In a dialog, before the press."""
    running = still_running(credentials, now)
    if not running:
        has_key = any(each.kind is Kind.ACCESS_KEY and each.state in HELD for each in credentials)
        return ENDS_NOW if has_key else NOTHING_ENDS
    if all(fate(each, now, revokes=revokes) is not Fate.RUNS_ON for each in running):
        return "Latchkey revokes its sessions in AWS at once. This can't be undone."
    last = clock(max(each.ends_at or now for each in running))
    return (
        "You can't collect another session, and this can't be undone. Latchkey can't revoke sessions in this account, "
        f"so what's running works until {last}."
    )


def left(credentials: Sequence[Credential], now: datetime, *, revokes: bool) -> str:
    """What's left of an ended grant's sessions; those that work the longest come first."""
    had = [each for each in credentials if each.ends_at is not None and _is_named(each, revokes=revokes)]
    had.sort(key=lambda each: (each.ends_at or now, each.id), reverse=True)
    fates = [(each, fate(each, now, revokes=revokes)) for each in had]
    said = [_said(word, [each for each, its in fates if its is word]) for word in SAID]
    return " ".join(["Nobody can collect another session.", *(each for each in said if each)])


def _is_named(session: Credential, *, revokes: bool) -> bool:
    """A session that nobody opened is named only where Latchkey revokes it."""
    return session.revealed_at is not None or (revokes and session.revoke_at is not None)


def replaced(session: Credential, now: datetime, *, revokes: bool) -> str:
    """About a session that its owner replaced with a new one."""
    said = _said(fate(session, now, revokes=revokes), [session])
    return f":lock: {said or f'{key(session.access_key_id)} has ended.'}"


def stuck(what: str, credentials: Sequence[Credential], now: datetime) -> str:
    """For the admins, while a revoked session still works."""
    return (
        f":warning: A grant for {what} was revoked, but not in AWS. {left(credentials, now, revokes=True)} `latchkey "
        "iam` prints the permissions that the Responder needs on the session's role."
    )


def unstuck(what: str) -> str:
    return f":white_check_mark: No session of the revoked grant for {what} works anymore."


def _said(word: Fate, sessions: Sequence[Credential]) -> str:
    if not sessions or word not in SAID:
        return ""
    named = ", ".join(_named(each, word) for each in sessions[:NAMED])
    more = f" and {len(sessions) - NAMED} more that end sooner or at the same time" if len(sessions) > NAMED else ""
    why = next((escape(each.revoke_refused) for each in sessions if each.revoke_refused), "no answer")
    return SAID[word].format(named=f"{named}{more}", why=why)


def _named(session: Credential, word: Fate) -> str:
    name = key(session.access_key_id)
    return name if word is Fate.REVOKED else f"{name} until {clock(session.ends_at)}"
