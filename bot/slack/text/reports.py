"""The report of an account in words: what the chart shows, for those who do not see it."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from bot.domain.account_report import Bar, Picture, Row, Standing
from bot.slack.text.formatting import escape, person


def coming(accounts: Sequence[str]) -> str:
    names = ", ".join(escape(each) for each in accounts)
    return f"The report of {names} is on its way to your direct messages."


def title(found: Picture) -> str:
    return f"Access keys in {found.account}, week to {found.until:%d %B %Y}"


def words(found: Picture, worker: str | None) -> str:
    """`worker` is the IAM user that Latchkey runs on."""
    lines = [
        f"*{escape(title(found))}*",
        f"{count(found.keys, 'active key')}.",
        f"*By age*: {_bars(found.ages)}",
        f"*By last use*: {_bars(found.idle)}",
        f"*Findings of the week*: {_findings(found.findings)}",
    ]
    if found.remedied_in is not None:
        lines.append(f"*Time to remedy*, median of what was settled: {_days(found.remedied_in)}")
    if found.oldest:
        lines.append("*The oldest*")
        lines += [_old(each, found, worker) for each in found.oldest]
    return "\n".join(lines)


def alternative(found: Picture) -> str:
    """Of the image, for a screen reader."""
    return f"Two bar charts. By age: {_bars(found.ages)}. By last use: {_bars(found.idle)}."


def _bars(bars: Iterable[Bar]) -> str:
    return " · ".join(f"{each.label}: {each.keys}" for each in bars if each.keys) or "none"


def _findings(rows: Sequence[Row]) -> str:
    if not rows:
        return "none"
    opened, closed, standing = (sum(getattr(each, name) for each in rows) for name in ("opened", "closed", "standing"))
    kinds = " · ".join(f"{each.kind.value}: {each.opened}/{each.closed}/{each.standing}" for each in rows)
    return f"{opened} opened, {closed} settled, {standing} open now ({kinds})"


def _old(each: Standing, found: Picture, worker: str | None) -> str:
    age = _days(found.until - each.made_at)
    return f"• `{escape(each.name)}` of {escape(each.user)}, {_owner(each, worker)}: {age} old, {used(each)}"


def _owner(each: Standing, worker: str | None) -> str:
    if each.user == worker:
        return "on which Latchkey itself runs"
    return person(each.owner) if each.owner else "owner unknown"


def used(each: Standing) -> str:
    if each.used is None:
        return "last use not known"
    if each.used.at is None:
        return "never used"
    where = f" by {escape(each.used.service)}" if each.used.service else ""
    return f"last used {each.used.at:%d %b %Y}{where}"


def _days(span: timedelta) -> str:
    return count(span.days, "day") if span >= timedelta(days=1) else "less than a day"


def count(number: int, what: str) -> str:
    return f"{number} {what}{'' if number == 1 else 's'}"
