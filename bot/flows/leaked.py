"""Whether a key's leak is still open: then nothing may undo its containment but the incident itself."""

from collections.abc import Iterable

from bot.domain.errors import Reason, Refused
from bot.domain.ids import AccessKeyId
from bot.ports import Transaction


def is_open(tx: Transaction, *keys: AccessKeyId | None, but: str | None = None) -> bool:
    """`but`: the incident that asks. A bare id in a channel's message stops nothing."""
    found = tx.incidents.open_for({each for each in keys if each})
    return any(each.id != but and not each.is_quiet for each in found)


def was_contained(tx: Transaction, key: AccessKeyId | None) -> bool:
    """By its last incident, which didn't reactivate it. Closed since or not: bringing it back takes two people."""
    last = tx.incidents.last_of(key) if key else None
    return last is not None and last.contain_at is not None and last.reactivated_at is None


def must_not_be(tx: Transaction, keys: Iterable[AccessKeyId | None]) -> None:
    """Raises Refused while one of these keys has an open incident."""
    if is_open(tx, *keys):
        raise Refused(Reason.LEAKED)
