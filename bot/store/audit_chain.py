"""Number committed events, chain them by hashes, and read them in that order.

An id is given when an event is inserted, and another transaction may commit a lower one later. So each event waits in a
table of its own until it is numbered; what isn't committed can't be seen there. The cursor's row is the lock.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, delete, exists, func, insert, or_, select, update

from bot.domain.audit.entry import Entry, hash_of
from bot.ports.audit import Claim, Lag
from bot.store.audit_trail import EVENT
from bot.store.insert_batch import Batch
from bot.store.tables import audit, audit_chain, audit_cursor, audit_waiting

HASHES = (audit_chain.c.previous_hash, audit_chain.c.hash)
CHAINED = audit_chain.join(audit, audit.c.id == audit_chain.c.event)


class SqlAuditChain:
    def __init__(self, connection: Batch) -> None:
        self._c = connection

    def find_missing(self) -> int:
        has = (exists().where(audit_chain.c.event == audit.c.id), exists().where(audit_waiting.c.event == audit.c.id))
        missing = select(audit.c.id).where(*(~each for each in has))
        return self._c.execute(insert(audit_waiting).from_select(["event"], missing)).rowcount

    def number(self, most: int) -> int:
        oldest = select(audit_waiting.c.event).order_by(audit_waiting.c.event).limit(most)
        if self._c.execute(oldest.limit(1)).first() is None:
            return 0
        # no value changes, but from here on only this transaction numbers
        lock = update(audit_cursor).values(numbered=audit_cursor.c.numbered)
        last = self._c.execute(lock.returning(audit_cursor.c.numbered, audit_cursor.c.hash)).one()
        ids = list(self._c.execute(oldest).scalars())
        events = self._c.execute(select(audit.c.id, *EVENT).where(audit.c.id.in_(ids)).order_by(audit.c.id)).mappings()
        seq, previous, rows = last.numbered, last.hash, []
        for event in events:
            seq += 1
            content = Entry(seq, previous_hash=previous, **{name: event[name] for name in event if name != "id"})
            own = hash_of(content.content())
            rows.append({"seq": seq, "event": event["id"], "previous_hash": previous, "hash": own})
            previous = own
        if rows:
            self._c.execute(insert(audit_chain), rows)
            self._c.execute(delete(audit_waiting).where(audit_waiting.c.event.in_(ids)))
            self._set(numbered=seq, hash=previous)
        return len(rows)

    def last_number(self) -> int:
        return int(self._c.execute(select(audit_cursor.c.numbered)).scalar_one())

    def first_since(self, since: datetime) -> int | None:
        return self._c.execute(
            select(func.min(audit_chain.c.seq)).select_from(CHAINED).where(audit.c.at >= since)
        ).scalar()

    def last_before(self, until: datetime) -> int | None:
        return self._c.execute(
            select(func.max(audit_chain.c.seq)).select_from(CHAINED).where(audit.c.at < until)
        ).scalar()

    def after(self, seq: int, most: int) -> Sequence[Entry]:
        rows: Select[Any] = select(audit_chain.c.seq, *EVENT, *HASHES).select_from(CHAINED)
        found = self._c.execute(rows.where(audit_chain.c.seq > seq).order_by(audit_chain.c.seq).limit(most))
        return [Entry(**each) for each in found.mappings()]

    # --- the webhook ---------------------------------------------------------------------------------------------

    def claim(self, worker: str, now: datetime, until: datetime) -> Claim | None:
        row = audit_cursor.c
        free = or_(row.claimed_until.is_(None), row.claimed_until <= now, row.claimed_by == worker)
        due = or_(row.due_at.is_(None), row.due_at <= now)
        claim = update(audit_cursor).where(free, due, row.sent < row.numbered)
        found = self._c.execute(
            claim.values(claimed_by=worker, claimed_until=until).returning(row.sent, row.tries)
        ).first()
        return None if found is None else Claim(found.sent, found.tries)

    def extend_claim(self, worker: str, claim: Claim, until: datetime) -> bool:
        mine = audit_cursor.c.claimed_by == worker
        return self._set(mine, sent=claim.sent, tries=claim.tries, claimed_until=until)

    def release(self, worker: str, claim: Claim, due_at: datetime | None) -> None:
        mine, free = audit_cursor.c.claimed_by == worker, {"claimed_by": None, "claimed_until": None}
        self._set(mine, sent=claim.sent, tries=claim.tries, due_at=due_at, **free)

    def lag(self) -> Lag:
        cursor = self._c.execute(select(audit_cursor.c.sent, audit_cursor.c.numbered)).one()
        waiting = self._c.execute(
            select(func.count().label("rows"), func.min(audit_waiting.c.event).label("first"))
        ).one()
        oldest = select(audit.c.at).where(audit.c.id == waiting.first)
        if cursor.sent < cursor.numbered:
            oldest = select(audit.c.at).select_from(CHAINED).where(audit_chain.c.seq == cursor.sent + 1)
        return Lag(cursor.numbered - cursor.sent + waiting.rows, self._c.execute(oldest).scalar())

    def _set(self, *only: ColumnElement[bool], **values: object) -> bool:
        return self._c.execute(update(audit_cursor).where(*only).values(**values)).rowcount == 1
