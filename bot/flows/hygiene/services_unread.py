"""Whether the last inventory could list an account's service-specific credentials; the weekly report says it if not."""

from bot.domain.ids import AccountName
from bot.ports import Transaction

FLAG = "services-unread/{}"


def note(tx: Transaction, account: AccountName, code: str) -> None:
    """`code` is AWS's error; empty if they were read."""
    tx.set_flag(FLAG.format(account), code or None)


def why(tx: Transaction, account: AccountName) -> str | None:
    return tx.flag(FLAG.format(account))
