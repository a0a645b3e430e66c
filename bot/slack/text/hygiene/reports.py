"""An account's report in words: what the chart shows, for those who can't see it."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import timedelta
from types import MappingProxyType

from bot.domain.hygiene.account_report import Bar, Leaks, Picture, Row, Standing
from bot.domain.hygiene.organization import Outside
from bot.slack.text.formatting import count, date, escape, key_of, listed, person
from bot.slack.text.hygiene.findings import short
from bot.slack.text.leaks.timeline import lasted
from bot.slack.text.replacement import watch

NO_TITLES: Mapping[str, str] = MappingProxyType({})
NO_SERVICES = (
    ":warning: Bedrock keys and other service-specific credentials are unknown: AWS answered {code} to "
    "ListServiceSpecificCredentials. `latchkey doctor` says what's missing."
)


def coming(accounts: Sequence[str]) -> str:
    return f"Latchkey is sending the report of {listed([escape(each) for each in accounts])} to your direct messages."


def title(found: Picture) -> str:
    return f"Access keys in {found.account}, week to {date(found.until)}"


def file_title(found: Picture) -> str:
    return f"{title(found)}: {count(found.keys, 'active key')}"


def as_format(title: str, name: str) -> str:
    return f"{title}, as {name}"


def words(
    found: Picture, worker: str | None, unlisted: Outside | None = None, services_unread: str | None = None,
    titles: Mapping[str, str] = NO_TITLES,
) -> str:  # fmt: skip
    """`worker`: the IAM user that Latchkey runs as. `services_unread`: AWS's error for service-specific credentials.

    `titles` are of Latchkey's own keys, by id.
    """
    lines = [
        f"*{escape(title(found))}*",
        f"{count(found.keys, 'active key')}.",
        f"*By age*: {_bars(found.ages)}",
        f"*By last use*: {_bars(found.idle)}",
        f"*Findings this week*: {_findings(found.findings)}",
    ]
    if found.leaks is not None:
        lines.append(f"*Leaked keys this week*: {_leaks(found.leaks)}")
    if found.replaced:
        lines.append(f"*Replaced this week*: {watch.counted(found.replaced)}")
    if found.remedied_in is not None:
        lines.append(f"*Median time to resolve*: {_days(found.remedied_in)}")
    if found.oldest:
        lines += ["*Oldest keys*", *(_old(each, found, worker, titles) for each in found.oldest)]
    if unlisted:
        lines.append(outside(unlisted))
    if services_unread:
        lines.append(NO_SERVICES.format(code=escape(services_unread)))
    return "\n".join(lines)


def _leaks(found: Leaks) -> str:
    said = f"{found.opened} reported, {found.closed} closed, {found.standing} open now"
    return said if found.contained_in is None else f"{said}; contained in {lasted(found.contained_in)} (median)"


def outside(found: Outside) -> str:
    """Accounts of the organization that Latchkey doesn't read."""
    shown = [escape(each) for each in found.names]
    more = [f"{found.many - len(shown)} more"] if found.many > len(shown) else []
    are, their = ("is", "its") if found.many == 1 else ("are", "their")
    said = f"{count(found.many, 'account')} of the organization {are} not in the catalog: {their} keys are unknown"
    return f":warning: {said} ({listed([*shown, *more])}). `latchkey accounts` prints how to add them."


def alternative(found: Picture) -> str:
    """The image's text alternative."""
    return f"Two bar charts. By age: {_bars(found.ages)}. By last use: {_bars(found.idle)}."


def _bars(bars: Iterable[Bar]) -> str:
    return " · ".join(f"{each.label}: {each.keys}" for each in bars if each.keys) or "none"


def _findings(rows: Sequence[Row]) -> str:
    if not rows:
        return "none"
    opened, closed, standing = (sum(getattr(each, name) for each in rows) for name in ("opened", "closed", "standing"))
    open_ = ", ".join(f"{each.standing} {short(each.kind)}" for each in rows if each.standing)
    return f"{opened} opened, {closed} resolved, {standing} open now{f': {open_}' if open_ else ''}"


def _old(each: Standing, found: Picture, worker: str | None, titles: Mapping[str, str]) -> str:
    what, age = key_of(titles.get(each.name) or escape(each.user), each.known_id), _days(found.until - each.made_at)
    return f"• {what}, {_owner(each, worker)}: {age} old, {used(each)}"


def _owner(each: Standing, worker: str | None) -> str:
    if each.user == worker:
        return "which Latchkey runs as"
    return person(each.owner) if each.owner else "owner unknown"


def used(each: Standing) -> str:
    if each.used is None:
        return "last use unknown"
    if each.used.at is None:
        return "never used"
    where = f" with {escape(each.used.service)}" if each.used.service else ""
    return f"last used {date(each.used.at)}{where}"


def _days(span: timedelta) -> str:
    return count(span.days, "day") if span >= timedelta(days=1) else "less than a day"
