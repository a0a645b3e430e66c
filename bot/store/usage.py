"""Key usage in the ledger: digests, asks, and the slots that keep all processes under CloudTrail's rate limit."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import Select, Update, func, select, update

from bot.domain.ids import AccessKeyId, AccountName
from bot.domain.usage.key_usage import Ask, Count, DueKey, Usage
from bot.store import usage_due
from bot.store.built_once import built_once
from bot.store.dialect import insert_new, insert_or_update
from bot.store.due_conditions import USAGE_ASKED
from bot.store.insert_batch import Batch
from bot.store.rows import by_id, write
from bot.store.statement_methods import changes, rows_of
from bot.store.tables import usage as table
from bot.store.tables import usage_ask, usage_slot

APART = timedelta(milliseconds=550)  # LookupEvents: 2 in a second for each account and region; calls take unequal time
FURTHEST = timedelta(minutes=1)  # ahead; a later slot came from a wrong clock
COUNTS = tuple(each.name for each in fields(Usage) if each.type == tuple[Count, ...])

EMPTY: Mapping[str, Any] = {
    **dict.fromkeys(COUNTS, ()),
    **dict.fromkeys(("calls", "denied", "day_networks", "day_people"), 0),
    "complete": True,
}
"""A row before its first digest."""


class SqlUsages:
    def __init__(self, connection: Batch) -> None:
        self._c = connection

    def of(self, account: AccountName, keys: Collection[AccessKeyId]) -> Mapping[AccessKeyId, Usage]:
        read = (_read(row) for row in self._c.execute(_of(account, keys)).mappings())
        return {each.access_key_id: each for each in read}

    def of_keys(self, keys: Iterable[tuple[AccountName, AccessKeyId]]) -> Mapping[AccessKeyId, Usage]:
        wanted = set(keys)
        if not wanted:
            return {}
        accounts, ids = {each for each, _ in wanted}, {each for _, each in wanted}
        theirs = (table.c.account.in_(accounts), table.c.access_key_id.in_(ids), table.c.read_at.is_not(None))
        read = (_read(row) for row in self._c.execute(select(table).where(*theirs)).mappings())
        return {each.access_key_id: each for each in read if (each.account, each.access_key_id) in wanted}

    def store(self, usage: Usage) -> None:
        row = write(usage) | {"tried_at": usage.read_at}
        row |= {name: [[each.name, each.calls] for each in row[name]] for name in COUNTS}
        insert_or_update(self._c, table, [row])

    def claim(self, account: AccountName, key: AccessKeyId, now: datetime) -> bool:
        row = {"account": account, "access_key_id": key, "tried_at": now, **EMPTY}
        if insert_new(self._c, table, row):
            return True
        mine = (table.c.account == account, table.c.access_key_id == key, usage_due.rested(now))
        return self._c.execute(update(table).where(*mine).values(tried_at=now)).rowcount == 1

    def due(self, accounts: Collection[AccountName], now: datetime, most: int) -> tuple[DueKey, ...]:
        found: list[DueKey] = []
        for each in self._due(frozenset(accounts), now):
            rows = self._c.execute(each.limit(most - len(found)))
            found += [DueKey(row.account, row.access_key_id) for row in rows]
            if len(found) >= most:
                break
        return tuple(found)

    def _due(self, accounts: frozenset[AccountName], now: datetime) -> Iterator[Select[Any]]:
        """An account that can't be read now comes last, because its keys are tried again and again."""
        failing = accounts & self.failing(now)
        for some in (accounts - failing, failing):
            yield from usage_due.due(some, now) if some else ()

    def failing(self, now: datetime) -> frozenset[AccountName]:
        return frozenset(self._c.execute(usage_due.failing(now)).scalars())

    def region_of(self, account: AccountName, key: AccessKeyId) -> str | None:
        region: str | None = self._c.execute(usage_due.region_of(account, key)).scalar()
        return region

    def reserve(self, account: str, region: str) -> timedelta:
        insert_new(
            self._c, usage_slot, {"account": account, "region": region, "next_at": datetime(1970, 1, 1, tzinfo=UTC)}
        )
        mine = (usage_slot.c.account == account, usage_slot.c.region == region)
        held = select(usage_slot.c.next_at).where(*mine).with_for_update()
        at, now = self._c.execute(held).scalar_one(), self._now()
        mine_at = at if now < at <= now + FURTHEST else now
        self._c.execute(update(usage_slot).where(*mine).values(next_at=mine_at + APART))
        return mine_at - now

    def called(self, account: str, region: str) -> None:
        next_at = self._now() + APART
        late = (usage_slot.c.account == account, usage_slot.c.region == region, usage_slot.c.next_at < next_at)
        self._c.execute(update(usage_slot).where(*late).values(next_at=next_at))

    def _now(self) -> datetime:
        """The database's clock, because two hosts' may differ. SQLite runs on the one host that has the file."""
        if self._c.dialect == "sqlite":
            return datetime.now(UTC)
        now: datetime = self._c.execute(select(func.clock_timestamp())).scalar_one()
        return now

    # --- asks -----------------------------------------------------------------------------------------------------

    def ask(self, ask: Ask) -> bool:
        return insert_new(self._c, usage_ask, write(ask))

    def get_ask(self, ask: str) -> Ask | None:
        return by_id(self._c, Ask, usage_ask, ask)

    def open_asks(self, most: int, *, last: Collection[AccountName] = ()) -> tuple[Ask, ...]:
        return self._asked(most, last or None)

    @rows_of(Ask)
    def _asked(self, most: int, last: Collection[AccountName] | None) -> Select[Any]:
        order = () if last is None else (usage_ask.c.account.in_(last),)
        return select(usage_ask).where(USAGE_ASKED).order_by(*order, usage_ask.c.asked_at).limit(most)

    @changes
    def mark_answered(self, ask: str, at: datetime) -> Update:
        mine = update(usage_ask).where(usage_ask.c.id == ask, usage_ask.c.answered_at.is_(None))
        return mine.values(answered_at=at)


@built_once
def _of(account: AccountName, keys: Collection[AccessKeyId]) -> Select[Any]:
    read = table.c.read_at.is_not(None)
    return select(table).where(table.c.account == account, table.c.access_key_id.in_(keys), read)


def _read(row: Mapping[Any, Any]) -> Usage:
    counts = {name: tuple(Count(*each) for each in row[name]) for name in COUNTS}
    return Usage(**{each.name: row[each.name] for each in fields(Usage)} | counts)
