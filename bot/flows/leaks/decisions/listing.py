"""The incidents that a person may see: theirs as an owner, those of accounts in which they decide, admins all."""

from dataclasses import dataclass
from datetime import timedelta

from bot.domain.errors import Refused
from bot.domain.ids import SlackUserId
from bot.domain.incident import Incident
from bot.flows import access
from bot.flows.context import Context
from bot.flows.leaks import people

LATELY = timedelta(days=90)
ROWS_MOST = 500
PAGE = 8


@dataclass(frozen=True, slots=True)
class Page:
    incidents: tuple[Incident, ...]
    offset: int
    total: int


def page(context: Context, *, by: SlackUserId, offset: int = 0) -> Page:
    """Open ones first, then the newest. Raises Refused for somebody who can't use Latchkey at all."""
    access.member(context.people, by)
    now = context.clock.now()
    with context.work.begin() as tx:
        recent = tx.incidents.recent(now - LATELY, ROWS_MOST)
    access.ahead(context.people, context.catalog.approvers.values())
    mine = sorted((each for each in recent if _sees(context, each, by)), key=lambda each: not each.is_open)
    start = offset if 0 <= offset < len(mine) else 0
    return Page(tuple(mine[start : start + PAGE]), start, len(mine))


def open_ones(context: Context, by: SlackUserId) -> tuple[Incident, ...]:
    """Newest first."""
    with context.work.begin() as tx:
        found = tx.incidents.open_all()
    return tuple(each for each in found if _sees(context, each, by))


def _sees(context: Context, incident: Incident, by: SlackUserId) -> bool:
    """False while Slack can't say who is in a group that would decide it."""
    if by in context.catalog.admins:
        return True
    try:
        return bool(people.roles(context, incident, by))
    except Refused:
        return False
