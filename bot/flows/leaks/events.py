"""What AWS Health and GitHub sent to /events/leak: an incident for each key, or a message to the admins without one.

An event is remembered after everything was done, so that one that failed half-way can be sent again. A report that is
made twice is one report.
"""

import hashlib
from datetime import timedelta

from bot.domain.catalog import Catalog
from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.ids import ID_BYTES, AccessKeyId, fresh_id
from bot.domain.leaks.keys_in_text import Found
from bot.domain.leaks.leak_event import LeakEvent
from bot.domain.schedule import SPANS_KEPT
from bot.flows.context import Context
from bot.flows.leaks.report import report
from bot.ports import Transaction

OLD = SPANS_KEPT - timedelta(days=1)
"""Older events aren't taken: nobody remembers whether they were."""


def take(context: Context, event: LeakEvent) -> bool:
    """False if it was taken before, or is too old."""
    now, markers = context.clock.now(), [_marker(event, each) for each in event.ids]
    with context.work.begin() as tx:
        if any(tx.flag(each) for each in markers) or (event.at is not None and now - event.at > OLD):
            return False
        keys = event.keys or _keys_of(tx, context.catalog, event)
    if keys:
        report(context, found=Found(keys), by=LATCHKEY, source=event.source, delivery=None, link=event.link)
    with context.work.begin() as tx:
        if not keys:
            _ask_admins(tx, context, event, markers[0])
        for each in markers:
            tx.set_flag(each, "taken", now)
    return True


def _marker(event: LeakEvent, id_: str) -> str:
    return f"leak-event/{event.source}/{hashlib.sha256(id_.encode(errors='surrogatepass')).hexdigest()}"


def _keys_of(tx: Transaction, catalog: Catalog, event: LeakEvent) -> tuple[AccessKeyId, ...]:
    """The active keys of the IAM users that it names, as far as inventory has seen them."""
    accounts = [each.name for each in catalog.accounts.values() if each.id == event.account_number]
    seen = (each for name in accounts for each in tx.inventory.keys(name, event.users))
    return tuple(each.access_key_id for each in seen if each.active and each.access_key_id)


def _ask_admins(tx: Transaction, context: Context, event: LeakEvent, marker: str) -> None:
    """Only the sender's page says which key it is."""
    subject = fresh_id(hashlib.sha256(marker.encode()).digest()[:ID_BYTES])
    now = context.clock.now()
    if not tx.once(f"leak-unnamed/{subject}", now, now - SPANS_KEPT):
        return
    facts = {"source": event.source, "link": event.link, "about": event.about, "account": event.account_number}
    facts["users"] = ", ".join(event.users)
    said = {name: value for name, value in facts.items() if value}
    tx.record(Tag.LEAK_UNNAMED, subject, by=LATCHKEY, at=now, facts=said)
    tx.outbox.enqueue(Notice.LEAK_UNNAMED, subject, *context.catalog.admins)
