"""Close reported drift that is gone, was reported again, or belongs to a grant that ended."""

from datetime import datetime

from bot.domain.drift.difference import Difference
from bot.domain.events import LATCHKEY, Notice, Tag
from bot.domain.ids import GrantId
from bot.ports import Transaction


def facts_of(row: Difference) -> dict[str, str]:
    return {"difference": row.id, "kind": row.kind, **({"key": row.about} if row.about else {})}


def close(tx: Transaction, row: Difference, now: datetime) -> None:
    """Drift that nobody was notified of leaves no audit event."""
    tx.differences.set(row.id, closed_at=now, pressed_by=None)
    if row.told_at is not None and row.repaired_at is None:
        tx.record(Tag.DIFFERENCE_GONE, row.grant, by=LATCHKEY, at=now, facts=facts_of(row))
        tx.outbox.refresh(Notice.DIFFERENCE, row.id)


def close_all(tx: Transaction, grant: GrantId, now: datetime) -> None:
    """Close all drift of a grant that ended."""
    for row in tx.differences.open_of(grant):
        close(tx, row, now)
