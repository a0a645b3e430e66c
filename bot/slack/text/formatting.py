"""People, times, durations and typed text as Slack mrkdwn: escaped, and in each reader's own time zone."""

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from urllib.parse import quote as url_quote

from bot.domain.catalog import Entitlement, Kind
from bot.domain.credential import Credential
from bot.domain.requests.auto_approve import ACTOR
from bot.domain.requests.request import Request
from bot.domain.schedule import write_duration

_UNITS = {"d": "day", "h": "hour", "m": "minute", "s": "second"}
DATE_TOKEN = re.compile(r"<!date\^[^|<>]*\|([^<>]*)>")
MENTION = re.compile(r"<(?:@|!subteam\^)[^<>]*>")
STYLED = re.compile(r"([`*])([^`*\n]+)\1")
SAME_DAY = timedelta(hours=12)
QUOTE_MOST = 1500  # characters of typed text; a section holds 3,000 in all


def escape(text: str) -> str:
    """Escape what a person typed, so that Slack reads no markup in it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def as_typed(text: str) -> str:
    """What somebody typed, from the escaped text of a command."""
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")


def link(url: str, label: str) -> str:
    return f"<{escape(url)}|{escape(label).replace('|', '¦')}>"


def ticket(request: Request, entitlement: Entitlement | None) -> str:
    """The ticket, linked where the catalog says how; empty without one."""
    if not request.ticket:
        return ""
    if entitlement is None or entitlement.ticket_url is None:
        return escape(request.ticket)
    return link(entitlement.ticket_url.replace("{ticket}", url_quote(request.ticket, safe="")), request.ticket)


def cut(text: str, most: int) -> str:
    """Cut to `most` characters as sent, and never inside an entity, a mention, a date or a link."""
    if len(text) <= most:
        return text
    kept = text[: most - 2]
    for opens, closes in (("<", ">"), ("&", ";")):
        start = kept.rfind(opens)
        if start > kept.rfind(closes):
            kept = kept[:start]
    return f"{kept.rstrip()} …"


def person(user: str) -> str:
    """A mention; a rule of the catalog goes by its number, and Latchkey by its name."""
    if user.startswith(ACTOR):
        return f"rule {user.removeprefix(ACTOR)} of the catalog"
    return f"<@{user}>" if user[:1] in {"U", "W"} else "Latchkey"


def holder(owner: str | None) -> str:
    """A person, a user group, or nobody."""
    if not owner:
        return "nobody"
    return f"<!subteam^{owner.removeprefix('subteam-')}>" if owner.startswith("subteam-") else person(owner)


def people(users: Iterable[str], last: str = "and") -> str:
    return listed([person(each) for each in sorted(users)], last)


def moment(at: datetime | None) -> str:
    """Date and time in the reader's time zone, like "Dec 1, 2026 at 2:11 PM"; UTC where Slack can't show that."""
    if at is None:
        return "an unknown time"
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} at {{time}}|{date(at)} at {_time(at)} UTC>"


def clock(at: datetime | None) -> str:
    """The time of day alone, like "2:11 PM"."""
    if at is None:
        return "an unknown time"
    return f"<!date^{int(at.timestamp())}^{{time}}|{_time(at)} UTC>"


def when(at: datetime | None, began: datetime) -> str:
    """The time of day alone if it follows soon after `began`, whose date was said before; otherwise the date too."""
    return clock(at) if at is None or at - began < SAME_DAY else moment(at)


def day(at: datetime | None) -> str:
    """The date alone, after "on": "Dec 5, 2026"."""
    if at is None:
        return "an unknown day"
    return f"<!date^{int(at.timestamp())}^{{date_short}}|{date(at)}>"


def date(at: datetime) -> str:
    """The day as written in plain text: "Dec 1, 2026", in UTC."""
    return f"{at:%b} {at.day}, {at.year}"


def _time(at: datetime) -> str:
    return f"{at.hour % 12 or 12}:{at:%M %p}"


def count(number: int, noun: str) -> str:
    """Like "1 key" or "2 keys"."""
    return f"{number} {noun}{'' if number == 1 else 's'}"


def ordinal(number: int) -> str:
    """Like "second" or "12th"."""
    words = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
    if number <= len(words):
        return words[number - 1]
    teen = number % 100 in {11, 12, 13}
    return f"{number}{'th' if teen else {1: 'st', 2: 'nd', 3: 'rd'}.get(number % 10, 'th')}"


def more(number: int) -> str:
    return f"and {number} more"


def listed(names: Sequence[str], last: str = "and") -> str:
    """Like "a, b and c"; "nobody" for none."""
    if len(names) < 2:
        return "".join(names) or "nobody"
    return f"{', '.join(names[:-1])} {last} {names[-1]}"


def age(made_at: datetime, now: datetime) -> str:
    """Like "30 days old"."""
    days = (now - made_at).days
    return "created today" if days < 1 else f"{count(days, 'day')} old"


def plainly(sentence: str) -> str:
    """Turn mrkdwn into plain text: times in UTC, no code or bold, and "someone" for a mention, which has no name."""
    said = STYLED.sub(r"\2", MENTION.sub("someone", DATE_TOKEN.sub(r"\1", sentence)))
    return said[:1].upper() + said[1:]


def ago(at: datetime, now: datetime) -> str:
    """Like "12 minutes ago". Slack keeps counting, so the message stays true without an update."""
    minutes = max(int((now - at).total_seconds() // 60), 0)
    number, unit = (minutes, "minute") if minutes < 60 else (minutes // 60, "hour")
    if unit == "hour" and number >= 48:
        number, unit = number // 24, "day"
    said = f"{count(number, unit)} ago" if minutes else "just now"
    return f"<!date^{int(at.timestamp())}^{{ago}}|{said}>"


def span(length: timedelta) -> str:
    """Like "7 days" or "1 hour"."""
    short = write_duration(length)
    return count(int(short[:-1]), _UNITS[short[-1]])


def key(access_key_id: str | None) -> str:
    return f"`{access_key_id}`" if access_key_id else "a key"


def key_of(what: str, access_key_id: str | None) -> str:
    """The name before the id: "*Reports* (`AKIA…`)"."""
    return f"{what} ({key(access_key_id)})" if access_key_id else what


def quote(text: str) -> str:
    """A block quote; a long one ends in "…"."""
    return cut("\n".join(f">{escape(line)}" for line in text.splitlines()), QUOTE_MOST)


def opened(credential: Credential) -> str:
    """When, with which browser and from which address a credential was opened."""
    return place(credential.revealed_at, credential.revealed_browser, credential.revealed_ip)


def place(at: datetime | None, browser: str | None, ip: str | None) -> str:
    return ", ".join([moment(at), *(escape(each) for each in (browser, ip) if each)])


def named(entitlement: Entitlement | None, fallback: str) -> str:
    return f"*{escape(entitlement.title)}*" if entitlement else f"`{escape(fallback)}`"


def kind_of(entitlement: Entitlement) -> str:
    if entitlement.kind is Kind.SESSION:
        return "session, expires on its own"
    return "access key with MFA" if entitlement.mfa else "access key"
