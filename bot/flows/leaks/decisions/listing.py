"""The incidents that a person may see: theirs as an owner, those of accounts in which they decide, admins all."""

from dataclasses import dataclass
from datetime import timedelta

from bot.domain.ids import SlackUserId
from bot.domain.leaks.incident import Incident
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
    mine = people.seen(context, recent, by)
    start = offset if 0 <= offset < len(mine) else 0
    return Page(mine[start : start + PAGE], start, len(mine))


def open_ones(context: Context, by: SlackUserId) -> tuple[Incident, ...]:
    """Newest first."""
    with context.work.begin() as tx:
        found = tx.incidents.open_all()
    return people.seen(context, found, by)
