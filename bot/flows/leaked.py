"""Whether a key's leak is still open: then nothing may undo its containment but the incident itself."""

from collections.abc import Iterable

from bot.domain.errors import Reason, Refused
from bot.domain.ids import AccessKeyId
from bot.ports import Transaction


def is_open(tx: Transaction, *keys: AccessKeyId | None, but: str | None = None) -> bool:
    """`but`: the incident that asks."""
    return any(each.id != but for each in tx.incidents.open_for({each for each in keys if each}))


def must_not_be(tx: Transaction, keys: Iterable[AccessKeyId | None]) -> None:
    """Raises Refused while one of these keys has an open incident."""
    if is_open(tx, *keys):
        raise Refused(Reason.LEAKED)
