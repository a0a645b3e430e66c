"""Put committed events in order, and read an unbroken part of the chain. A page at a time, so memory stays flat."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from bot.domain.audit.entry import Entry
from bot.ports import UnitOfWork

NUMBERED_AT_ONCE = 200  # in one transaction; meanwhile another worker waits
IN_ONE_CALL = 10_000  # takes seconds; after an upgrade a whole log waits, and a worker must be able to stop
PAGE = 500


@dataclass(frozen=True, slots=True)
class Part:
    """From one number to another, both included; empty if `last` is lower."""

    first: int
    last: int


def number(work: UnitOfWork) -> int:
    """Number what is committed, or the oldest of it. Two workers can call it at once. Returns how many."""
    done = 0
    while done < IN_ONE_CALL:
        with work.begin() as tx:
            some = tx.chain.number(NUMBERED_AT_ONCE)
        done += some
        if some < NUMBERED_AT_ONCE:
            break
    return done


def number_everything(work: UnitOfWork) -> int:
    """The same after a look at the whole log, for events that somebody or a restore kept from being numbered."""
    with work.begin() as tx:
        tx.chain.find_missing()
    done = 0
    while some := number(work):
        done += some
    return done


def part(work: UnitOfWork, since: datetime | None, until: datetime | None) -> Part:
    """The events from `since` on and before `until`.

    A part has no holes, so that its hashes can be checked: an event between two of these is in it, even if its own time
    lies a moment outside because another process recorded it.
    """
    with work.begin() as tx:
        last = tx.chain.last_number()
        first = 1 if since is None else tx.chain.first_since(since) or last + 1
        if until is not None:
            last = min(last, tx.chain.last_before(until) or 0)
    return Part(first, last)


def entries(work: UnitOfWork, wanted: Part) -> Iterator[Entry]:
    """Each page in a transaction of its own: a long one would stop SQLite's writers."""
    at = wanted.first - 1
    while at < wanted.last:
        with work.begin() as tx:
            page = tx.chain.after(at, min(PAGE, wanted.last - at))
        yield from page
        at += len(page) or PAGE
