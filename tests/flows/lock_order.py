"""Which rows each transaction of a sweep locks, and in which order, as recorded by PostgreSQL triggers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from sqlalchemy import Engine, event, text

from bot.store.tables import metadata

UNCOUNTED = frozenset({"audit", "audit_waiting", "audit_chain", "envelope"})
"""Rows that are only inserted, or taken by a single statement; those that wait are taken under the cursor's lock."""
KEYS = {"outbox": ("notice", "subject", "to")}  # what two transactions wait for, if it isn't the primary key

JOURNAL = (
    "CREATE TABLE lock_journal (seq bigserial PRIMARY KEY, tx xid8 DEFAULT pg_current_xact_id(), row_ text)",
    """CREATE FUNCTION note_lock() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE found jsonb;
    BEGIN
        IF TG_OP = 'INSERT' THEN found := to_jsonb(NEW); ELSE found := to_jsonb(OLD); END IF;
        INSERT INTO lock_journal (row_)
            SELECT TG_TABLE_NAME || '/' || string_agg(found ->> name, '/') FROM unnest(TG_ARGV) name;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END $$""",
)


@dataclass(frozen=True, slots=True)
class Locked:
    """One transaction: its rows in the order of locking, each once."""

    sweep: str
    rows: tuple[str, ...]


def install(engine: Engine) -> None:
    with engine.begin() as connection:
        for each in JOURNAL:
            connection.execute(text(each))
        for table in metadata.sorted_tables:
            if table.name in UNCOUNTED:
                continue
            words = ", ".join(f"'{each}'" for each in _key(table.name))
            connection.execute(
                text(
                    f'CREATE TRIGGER note_lock BEFORE INSERT OR UPDATE OR DELETE ON "{table.name}" '
                    f"FOR EACH ROW EXECUTE FUNCTION note_lock({words})"
                )
            )


@contextmanager
def _selects_noted(engine: Engine) -> Iterator[None]:
    """SELECT … FOR UPDATE fires no trigger, so the rows that it will lock are recorded first, in its own order."""

    def note(_c: Any, cursor: Any, statement: str, parameters: Any, _context: Any, _many: bool) -> None:
        asked, locks, how = " ".join(statement.split()).partition("FOR UPDATE")
        if not locks or not asked.startswith("SELECT") or "SKIP LOCKED" in how:  # SKIP LOCKED waits for no one
            return
        table = asked.split(" FROM ")[1].split()[0]
        key = " || '/' || ".join(f'row_."{name}"' for name in _key(table))
        cursor.execute(
            f"INSERT INTO lock_journal (row_) SELECT '{table}/' || {key} "
            f"FROM (SELECT row_number() OVER () AS place, id FROM ({asked}) chosen) held "
            f"JOIN {table} row_ USING (id) ORDER BY held.place",
            parameters,
        )

    event.listen(engine, "before_cursor_execute", note)
    yield
    event.remove(engine, "before_cursor_execute", note)


def _key(table: str) -> tuple[str, ...]:
    return KEYS.get(table) or tuple(each.name for each in metadata.tables[table].primary_key)


def locked(engine: Engine, sweep: str, run: Callable[[], object]) -> Iterator[Locked]:
    """What each transaction of this sweep locks; transactions with a single row can't deadlock."""
    with engine.begin() as connection:
        connection.execute(text("TRUNCATE lock_journal"))
    with _selects_noted(engine):
        run()
    with engine.connect() as connection:
        found = connection.execute(text("SELECT tx::text AS tx, row_ FROM lock_journal ORDER BY seq")).all()
    for _, rows in groupby(sorted(found, key=lambda each: int(each.tx)), key=lambda each: each.tx):
        order = tuple(dict.fromkeys(each.row_ for each in rows))
        if len(order) > 1:
            yield Locked(sweep, order)


def clash(one: Locked, other: Locked) -> tuple[str, str] | None:
    """The rows on which they can deadlock: each locks first what the other locks later.

    If both lock the same shared row first, the second waits there and holds nothing that the other needs.
    """
    shared = set(one.rows) & set(other.rows)
    if len(shared) < 2:
        return None
    mine = next(each for each in one.rows if each in shared)
    theirs = next(each for each in other.rows if each in shared)
    return None if mine == theirs else (mine, theirs)
