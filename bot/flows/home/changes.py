"""Publish Home tabs again after something on them has changed.

The audit log has an event for each change of state, so the worker reads it from where it stopped, by its numbers: they
are given after the commit, so none appears behind. What changes within a few seconds is published once. Only tabs that
were opened in the last week count.
"""

from collections.abc import Iterable

from bot.domain.errors import Refused
from bot.domain.events import Event, Notice, Tag
from bot.domain.home import OPENED_LATELY
from bot.flows import access
from bot.flows.audit import chain
from bot.flows.context import Context
from bot.ports import Transaction

EVENTS_MOST = 500  # of one run
SEEN = "home/seen-number"  # the flag with the number of the last audit event that was read
EVERYBODYS = frozenset({Tag.ISSUING_PAUSED, Tag.ISSUING_EXPLAINED, Tag.ISSUING_RESUMED})
ADMINS_NOUNS = frozenset({"finding", "incident", "issuing", "review"})
APPROVERS_NOUNS = frozenset({"claim", "incident", "review"})


def publish_changed(context: Context) -> int:
    """Enqueue the tabs that show something that has changed. Returns how many."""
    now = context.clock.now()
    chain.number(context.work)
    with context.work.begin() as tx:
        events, seen = _fresh(tx)
        if seen is None:
            return 0
        if not events:
            tx.set_flag(SEEN, str(seen))
            return 0
        tabs = tx.home.opened_since(now - OPENED_LATELY)
        people = tx.home.shown_to({each.subject for each in events}) | {each.actor for each in events}
    everybody = any(each.tag in EVERYBODYS for each in events)
    wanted = tabs if everybody else tabs & (people | _others(context, events, people))
    with context.work.begin() as tx:
        tx.set_flag(SEEN, str(seen))
        for each in sorted(wanted):
            tx.outbox.enqueue(Notice.HOME, each, each)
    return len(wanted)


def _fresh(tx: Transaction) -> tuple[tuple[Event, ...], int | None]:
    """Events since the last run, and the number of the last one. None: nothing new."""
    flag = tx.flag(SEEN)
    if flag is None:
        return (), tx.chain.last_number()
    found = tx.home.events_after(int(flag), EVENTS_MOST)
    return tuple(event for _, event in found), found[-1][0] if found else None


def _others(context: Context, events: Iterable[Event], owners: Iterable[str]) -> frozenset[str]:
    """Members of owning groups, admins and approvers, as far as Slack answers."""
    nouns = {each.tag.partition(":")[0] for each in events}
    found: set[str] = set()
    for each in owners:
        if access.group_of(each):
            found.update(access.known_holders(context.people, each))
    if nouns & ADMINS_NOUNS:
        found.update(context.catalog.admins)
    if nouns & APPROVERS_NOUNS:
        access.prefetch(context.people, context.catalog.approvers.values())
        for group in context.catalog.approvers.values():
            try:
                found.update(access.members(context.people, group))
            except Refused:
                continue  # their tab is up to date when they next open it
    return frozenset(found)
