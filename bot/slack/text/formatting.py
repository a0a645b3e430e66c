"""How Slack writes people, moments, spans and what somebody typed: mrkdwn, escaped, each reader's own time zone."""

import re
from datetime import datetime, timedelta

from bot.domain.catalog import Entitlement, Kind
from bot.domain.credential import Credential
from bot.domain.schedule import write_duration

_UNITS = {"d": "day", "h": "hour", "m": "minute", "s": "second"}
DATE_TOKEN = re.compile(r"<!date\^[^|<>]*\|([^<>]*)>")
MENTION = re.compile(r"<(?:@|!subteam\^)[^<>]*>")
STYLED = re.compile(r"([`*])([^`*\n]+)\1")
QUOTE_MOST = 1500  # of what a person typed; a section takes 3,000 characters in all


def escape(text: str) -> str:
    """What a person typed, with nothing in it that Slack would read as markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def cut(text: str, most: int) -> str:
    """Within so many characters as they are sent, and never inside an entity, a mention, a date or a link."""
    if len(text) <= most:
        return text
    kept = text[: most - 2]
    for opens, closes in (("<", ">"), ("&", ";")):
        start = kept.rfind(opens)
        if start > kept.rfind(closes):
            kept = kept[:start]
    return f"{kept.rstrip()} …"


def person(user: str) -> str:
    """A mention; Latchkey itself by its name."""
    return f"<@{user}>" if user[:1] in {"U", "W"} else "Latchkey"


def holder(owner: str | None) -> str:
    """A person, a user group, or nobody."""
    if not owner:
        return "nobody"
    return f"<!subteam^{owner.removeprefix('subteam-')}>" if owner.startswith("subteam-") else person(owner)


def people(users: frozenset[str] | tuple[str, ...]) -> str:
    return ", ".join(person(each) for each in sorted(users))


def moment(at: datetime | None) -> str:
    """In the reader's own time zone; UTC where Slack cannot tell."""
    if at is None:
        return "an unknown time"
    return f"<!date^{int(at.timestamp())}^{{date_short_pretty}} at {{time}}|{at:%d %b %Y %H:%M} UTC>"


def clock(at: datetime | None) -> str:
    """The hour alone."""
    if at is None:
        return "an unknown time"
    return f"<!date^{int(at.timestamp())}^{{time}}|{at:%H:%M} UTC>"


def plainly(sentence: str) -> str:
    """The same for a place that shows plain text: moments in UTC, no code or bold, and people without their names,
    which only a mention can show.
    """
    said = STYLED.sub(r"\2", MENTION.sub("someone", DATE_TOKEN.sub(r"\1", sentence)))
    return said[:1].upper() + said[1:]


def ago(at: datetime, now: datetime) -> str:
    """Like "12 minutes ago", counted on by Slack itself, so that a message stays true without an update."""
    minutes = max(int((now - at).total_seconds() // 60), 0)
    number, unit = (minutes, "minute") if minutes < 60 else (minutes // 60, "hour")
    if unit == "hour" and number >= 48:
        number, unit = number // 24, "day"
    said = f"{number} {unit}{'' if number == 1 else 's'} ago" if minutes else "just now"
    return f"<!date^{int(at.timestamp())}^{{ago}}|{said}>"


def span(length: timedelta) -> str:
    """Like "7 days" or "1 hour"."""
    short = write_duration(length)
    number, unit = int(short[:-1]), _UNITS[short[-1]]
    return f"{number} {unit}" if number == 1 else f"{number} {unit}s"


def key(access_key_id: str | None) -> str:
    return f"`{access_key_id}`" if access_key_id else "a key"


def quote(text: str) -> str:
    """As a quotation; a long one is cut, visibly."""
    return cut("\n".join(f">{escape(line)}" for line in text.splitlines()), QUOTE_MOST)


def opened(credential: Credential) -> str:
    """When, with what and from where a credential was opened."""
    return place(credential.revealed_at, credential.revealed_browser, credential.revealed_ip)


def place(at: datetime | None, browser: str | None, ip: str | None) -> str:
    return ", ".join([moment(at), *(escape(each) for each in (browser, ip) if each)])


def named(entitlement: Entitlement | None, fallback: str) -> str:
    return f"*{escape(entitlement.title)}*" if entitlement else f"`{escape(fallback)}`"


def kind_of(entitlement: Entitlement) -> str:
    if entitlement.kind is Kind.SESSION:
        return "session, ends by itself"
    return "access key with MFA" if entitlement.mfa else "access key"
