"""Keys that are watched after their owner said that they were replaced."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Update, func, select, update

from bot.domain.ids import AccountName
from bot.domain.replacement.means import Means
from bot.domain.replacement.watch import Watch
from bot.store.dialect import insert_new
from bot.store.due_conditions import REPLACEMENT_WATCHED
from bot.store.insert_batch import Batch
from bot.store.rows import by_id, many, write
from bot.store.statement_methods import changes, rows_of
from bot.store.tables import replacement as table


class SqlReplacements:
    def __init__(self, connection: Batch) -> None:
        self._c = connection

    def begin(self, watch: Watch) -> bool:
        if insert_new(self._c, table, write(watch)):
            return True
        over = update(table).where(table.c.id == watch.id, table.c.ended_at.is_not(None))
        return self._c.execute(over.values(**write(watch))).rowcount == 1

    def get(self, key: str) -> Watch | None:
        return by_id(self._c, Watch, table, key)

    def watched(self, keys: Collection[str]) -> Mapping[str, Watch]:
        these = select(table).where(table.c.id.in_(sorted(keys)), table.c.ended_at.is_(None))
        return {each.id: each for each in many(self._c, Watch, these)} if keys else {}

    @rows_of(Watch)
    def due(self, now: datetime, most: int) -> Select[Any]:
        late = select(table).where(REPLACEMENT_WATCHED, table.c.look_at <= now)
        return late.order_by(table.c.look_at).limit(most)

    def claim(self, watch: Watch, until: datetime) -> bool:
        return self._claim(watch.id, watch.look_at, until)

    @changes
    def _claim(self, key: str, look_at: datetime, until: datetime) -> Update:
        mine = (table.c.id == key, table.c.look_at == look_at, table.c.ended_at.is_(None))
        return update(table).where(*mine).values(look_at=until)

    def set(self, watch: Watch, **columns: object) -> bool:
        mine = (table.c.id == watch.id, table.c.began_at == watch.began_at, table.c.ended_at.is_(None))
        return self._c.execute(update(table).where(*mine).values(**columns)).rowcount == 1

    def count_ended(self, account: AccountName, since: datetime, until: datetime) -> Mapping[Means, int]:
        within = (table.c.account == account, table.c.ended_at >= since, table.c.ended_at < until)
        counted = select(table.c.means, func.count().label("keys")).where(*within).group_by(table.c.means)
        return {row["means"]: row["keys"] for row in self._c.execute(counted).mappings()}
