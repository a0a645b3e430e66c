"""The use of a key in the tests of Slack: CloudTrail's digests as the worker would keep them."""

from dataclasses import replace
from datetime import timedelta

from bot.domain.ids import AccessKeyId
from bot.domain.usage.key_usage import WINDOW, Event, Unread, Usage, digest, unread
from bot.flows.hygiene import usage
from tests.fakes.trail import an_event
from tests.flows.catalog import MAIN
from tests.slack.kit import House

HOUR = timedelta(hours=1)


def terraform(h: House, **changes: str | None) -> Event:
    """Two days ago."""
    return an_event(h.clock.now() - 48 * HOUR, **changes)


def used(h: House, key: AccessKeyId | str, *events: Event, **changes: object) -> Usage:
    """Keep the digest of these events, read just now."""
    now = h.clock.now()
    made = digest(MAIN.name, AccessKeyId(key), events, read_at=now, since=now - WINDOW, complete=True)
    made = replace(made, **changes)  # type: ignore[arg-type]
    with h.work.begin() as tx:
        tx.usages.store(made)
    return made


def unknown(h: House, key: AccessKeyId | str, why: Unread) -> None:
    with h.work.begin() as tx:
        tx.usages.store(unread(MAIN.name, AccessKeyId(key), why, h.clock.now()))


def answered(h: House) -> None:
    """The worker reads what people asked for, and the keys with a finding or a rotation."""
    while usage.read_next(h.context):
        pass
    h.send()


def waiting(h: House) -> tuple[str, ...]:
    with h.work.begin() as tx:
        return tuple(each.access_key_id for each in tx.usages.open_asks(100))
