"""One digest a day for each owner, in their working hours, with everything that is due."""

from datetime import datetime

from bot.domain import retry
from bot.domain.errors import Refused
from bot.domain.events import Notice
from bot.domain.hygiene import escalation
from bot.domain.subjects import OwnersDigest
from bot.flows import access, findings
from bot.flows.context import Context
from bot.flows.hygiene import dry_run
from bot.ports import People, Person, UnitOfWork

OWNERS_MOST = 1000  # looked at in one run
ENTRIES_MOST = 15  # of one digest: a message has room for that many with their buttons, the rest comes the next day


def digest(context: Context) -> int:
    """One DM for each person and day at most, in their working hours, with everything that is due. Returns how many.

    What a user group owns goes to those of its members who are at work and had no digest today. An account that is no
    longer in the catalog is left out.
    """
    dry_run.watch(context)
    now = context.clock.now()
    with context.work.begin() as tx:
        owners = tx.findings.owners_due(now, OWNERS_MOST, context.catalog.accounts)
    return sum(_send(context, each, now) for each in owners)


def _send(context: Context, owner: str, now: datetime) -> bool:
    """An owner who is away is tried again when they are back, and delays nobody else."""
    hearers, whole = _members(context.people, owner)
    workdays = context.catalog.hygiene.workdays
    zones = {each.id: escalation.zone_of(each.time_zone) for each in hearers}
    there = [each for each, zone in zones.items() if escalation.open_at(now, zone, workdays)]
    with context.work.begin() as tx:
        due = tx.findings.due_of(owner, now, context.catalog.accounts)
        to = [each for each in there if tx.once(f"digest/{each}", now, now - escalation.NIGHT)] if due else []
        if to:
            subject = str(OwnersDigest(owner, now.astimezone(zones[to[0]])))
            tx.findings.lock(each.id for each in due)
            told = [findings.escalate(tx, each, Notice.DIGEST, subject, now) for each in due[:ENTRIES_MOST]]
            tx.outbox.enqueue(Notice.DIGEST, subject, *(to if any(told) else ()))
            return any(told)
    next_try = [escalation.opens(now, zone, workdays) for zone in zones.values()] + (
        [] if whole else [retry.next_attempt(now, retry.OWNER_UNREADABLE)]
    )
    return _postpone(context.work, owner, now, min(next_try, default=retry.next_attempt(now, retry.OWNER_AWAY)))


def _members(people: People, owner: str) -> tuple[list[Person], bool]:
    """The full members among the owners, as far as Slack answers; and whether it answered about all of them."""
    found, whole = list[Person](), True
    try:
        holders = sorted(access.holders(people, owner))
    except Refused:
        return [], False
    for each in holders:
        try:
            found.append(people.find(each))
        except Refused:
            whole = False
    return [each for each in found if each.full_member], whole


def _postpone(work: UnitOfWork, owner: str, now: datetime, until: datetime) -> bool:
    with work.begin() as tx:
        tx.findings.postpone([each.id for each in tx.findings.due_of(owner, now)], until)
    return False
