"""What AWS said about the last use of a key that Latchkey issued, stored for the flows that decide about it."""

from datetime import datetime

from bot.domain.credential import Credential
from bot.domain.ids import CredentialId
from bot.domain.schedule import CLOCKS_DIFFER
from bot.domain.usage.last_used import LastUsed
from bot.ports import Transaction


def note_use(
    tx: Transaction, key: CredentialId, used: LastUsed, said_at: datetime, *, now: datetime | None = None
) -> None:
    """Store what AWS said at `said_at`, by default now. A later answer stays, unless its date is in the future."""
    row, present = tx.credentials.get(key), (now or said_at) + CLOCKS_DIFFER
    if row is None or (row.used_read_at is not None and said_at < row.used_read_at <= present):
        return
    where = {"used_service": used.service, "used_region": used.region}
    tx.credentials.set(key, used_at=used.at, used_read_at=said_at, **where)
    if used.at is not None and row.first_used_at is None:
        first = {f"first_{name}": value for name, value in where.items()}
        tx.credentials.set(key, first_used_at=used.at, **first)


def note_answer(tx: Transaction, key: CredentialId, used: LastUsed | None, now: datetime) -> None:
    """What AWS says now. None: it didn't say, and the last use is unknown from now on."""
    if used is None:
        tx.credentials.set(key, used_read_at=None)
    else:
        note_use(tx, key, used, now)


def known_use(key: Credential, since: datetime, now: datetime) -> LastUsed | None:
    """None if AWS last answered before `since`, or at a time in the future, because a clock was wrong then."""
    if key.used_read_at is None or not since < key.used_read_at <= now + CLOCKS_DIFFER:
        return None
    return LastUsed(key.used_at, key.used_service, key.used_region)
