"""Sentences of an owner's Home."""

from datetime import datetime

from bot.domain.catalog import Entitlement
from bot.domain.credential import Credential
from bot.domain.grant import Grant
from bot.domain.home import FoundRow
from bot.domain.hygiene.finding import Finding
from bot.domain.keys.switchover import Proof
from bot.domain.lifecycle import AdoptedState
from bot.slack.text import grants, switchover
from bot.slack.text.formatting import (
    age,
    ago,
    count,
    cut,
    day,
    escape,
    key,
    key_of,
    moment,
    named,
    person,
    span,
)
from bot.slack.text.hygiene.findings import SAYS, fix, measured, subject

WHY_MOST = 120

YOUR_MOVE = "Your move"
ASKED = "Waiting for approval"
KEYS = "Your keys and sessions"
FOUND = "Keys that Latchkey didn't create"
KEPT = "Kept"
LEAKS = "Leaked keys"


def nothing_yet() -> str:
    return (
        "You don't have any keys yet. Press *Request access*, choose what you need and say why. Latchkey asks the "
        "approvers, and you collect it here."
    )


def pages(title: str, first: int, last: int, total: int) -> str:
    """With the rows that are shown, where that isn't all of them."""
    return title if last - first + 1 >= total else f"{title}: {first} to {last} of {total}"


# --- the owner's move ---------------------------------------------------------------------------------------------


def collect(grant: Grant, entitlement: Entitlement | None) -> str:
    return (
        f":key: {named(entitlement, grant.entitlement)} is approved for {span(grant.duration)}. "
        f"Collect it by {moment(grant.collect_by)}."
    )


def ends_soon(grant: Grant, entitlement: Entitlement | None, now: datetime) -> str:
    what = named(entitlement, grant.entitlement)
    return f":bell: {what} expires {within(grant.lease_until, now)}. Renew it if you still need it."


def switch_off(proof: Proof[Credential], what: str, used: str = "") -> str:
    """`used` says what uses the old key."""
    old = key_of(what, proof.old.access_key_id)
    return f":arrows_counterclockwise: {old} has a newer key beside it. {switchover.verdict(proof)} {used}".rstrip()


def question(found: Finding, what: str, made_at: datetime | None, used_at: datetime | None, now: datetime) -> str:
    """What was found on a key and how to fix it. `what` names the grant of a key that Latchkey created."""
    return f":mag: {subject(found, what)} {measured(found, made_at, used_at, now)}. {fix(found.kind)}"


# --- keys and sessions ----------------------------------------------------------------------------------------------


def grant(held: Grant, entitlement: Entitlement | None, now: datetime) -> str:
    state = "being renewed" if held.renew_request else "active"
    what = named(entitlement, held.entitlement)
    return f"{what} · {escape(held.account)} · {state} · expires {within(held.lease_until, now)}"


def within(at: datetime | None, now: datetime) -> str:
    """Like "in 5 days (Dec 4, 2026)"."""
    if at is None:
        return "at an unknown time"
    minutes = max(int((at - now).total_seconds() // 60), 0)
    number, unit = (minutes // 1440, "day") if minutes >= 2880 else (minutes // 60, "hour")
    if minutes < 120:
        number, unit = minutes, "minute"
    return f"in {count(number, unit)} ({day(at) if unit == 'day' else moment(at)})"


def key_line(held: Credential, lease_until: datetime | None, now: datetime) -> str:
    """One key or session: whether it's on, its last use, and what happens to it next."""
    ends = f"expires {moment(held.ends_at)}" if held.ends_at else ""
    next_ = grants.schedule(held, lease_until) or ends
    state = "" if next_.startswith("*off*") else "on"
    return " · ".join(each for each in (key(held.access_key_id), state, next_, last_use(held, now)) if each)


def last_use(held: Credential, now: datetime) -> str:
    if held.used_at is not None:
        return f"last used {ago(held.used_at, now)}{switchover.used_with(held.used_service, held.used_region)}"
    return "never used" if held.used_read_at is not None else "last use unknown"


# --- found keys -------------------------------------------------------------------------------------------------------


def found(row: FoundRow, now: datetime) -> str:
    """One found key: its IAM user, account, age, last use and whether it's on."""
    seen = row.key
    if not seen.used_known:
        used = "last use unknown"
    elif seen.used_at is None:
        used = "never used"
    else:
        used = f"last used {ago(seen.used_at, now)}{switchover.used_with(seen.used_service, seen.used_region)}"
    what = f"*{escape(row.user.name)}*"
    switched_off = row.adopted is not None and row.adopted.state is AdoptedState.OFF  # later than the inventory saw it
    stands = "on" if seen.active and not switched_off else "*off*"
    name = f"{what} ({key(seen.access_key_id)})" if seen.access_key_id else what
    return " · ".join((name, escape(seen.account), stands, age(seen.created_at, now), used))


def found_on(row: FoundRow, findings: tuple[Finding, ...], now: datetime) -> str:
    """What is found on it, each with how to fix it; a kept finding says until when."""
    return "\n".join(_found_on(row, each, now) for each in findings)


def _found_on(row: FoundRow, found: Finding, now: datetime) -> str:
    whose = "It" if found.access_key_id else "Its IAM user"
    said = f"{whose} {measured(found, row.key.created_at, row.key.used_at, now)}."
    if found.kept_until is not None and found.kept_until > now:
        return f":pushpin: {said} Kept until {day(found.kept_until)}."
    return f":mag: {said} {fix(found.kind)}"


def kept(found: Finding) -> str:
    by = f" by {person(found.kept_by)}" if found.kept_by else ""
    why = escape(cut(" ".join((found.kept_why or "").split()), WHY_MOST))
    return f":pushpin: {subject(found)} {SAYS[found.kind]}. Kept until {day(found.kept_until)}{by}: {why}"
