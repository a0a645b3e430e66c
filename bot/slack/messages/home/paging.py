"""A section of Home that has pages: a header that says which rows are shown, and buttons to turn the page."""

from collections.abc import Iterable, Sequence

from bot.domain.home import Page, Section
from bot.slack.ids import Action
from bot.slack.text import labels
from bot.slack.text.home import owner as home
from bot.slack.ui.blocks import Json, actions, button, divider, header


def paged(title: str, section: Section, page: Page[object], size: int, rows: Iterable[Sequence[Json]]) -> list[Json]:
    """With a line between the rows that have buttons of their own. Empty where there is nothing to show."""
    drawn: list[Json] = []
    for row in rows:
        drawn += [*([divider()] if drawn and len(row) > 1 else []), *row]
    if not drawn:
        return []
    first, last = page.offset + 1, page.offset + len(page.rows)
    said = header(home.pages(title, first, last, page.total))
    earlier = _turn(labels.EARLIER, Action.HOME_EARLIER, section, max(page.offset - size, 0)) if page.offset else None
    later = _turn(labels.LATER, Action.HOME_LATER, section, last) if last < page.total else None
    return [said, *drawn, *([actions(earlier, later)] if earlier or later else [])]


def _turn(label: str, action: Action, section: Section, offset: int) -> Json:
    return button(label, action, f"{section.value}/{offset}")
