"""The use of a key beside what Slack shows of it anyway: a line, and a clause in a dialog."""

from collections.abc import Iterable
from datetime import datetime

from bot.domain.usage.key_usage import Unread, Usage
from bot.slack.text.formatting import count, cut
from bot.slack.text.usage.summary import in_a_line, names

LINE_MOST = 300  # characters
UNKNOWN = "What uses it is unknown."


def line(usage: Usage | None, now: datetime) -> str:
    """Empty where nothing was read yet, or where the catalog turned it off."""
    if usage is None or usage.unread is Unread.TURNED_OFF:
        return ""
    return cut(f"CloudTrail: {in_a_line(usage, now)}", LINE_MOST)


def hint(usage: Usage | None, now: datetime) -> str:
    """With the roles that it assumed, whose sessions people may recognize."""
    said, roles = line(usage, now), names(usage.roles) if usage else ""
    return cut(f"{said}; it assumed {roles}" if said and roles else said, 2 * LINE_MOST)


def in_dialog(usages: Iterable[Usage], now: datetime) -> str:
    """What used any of these keys last. A dialog has 300 characters, and Slack shows no relative time in it."""
    read = [each for each in usages if each.unread is not Unread.TURNED_OFF]
    seen = [each for each in read if each.last_seen is not None]
    if not seen:
        return UNKNOWN if read else ""
    last = max(seen, key=lambda each: (each.last_seen or now, each.access_key_id))
    days = max((now - (last.last_seen or now)).days, 0)
    when = f"{count(days, 'day')} ago" if days else "in the last 24 hours"
    who, where = names(last.tools) or "Something", names(last.networks)
    return f"{who} used it {when}{f' from {where}' if where else ''}."
