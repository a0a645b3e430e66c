"""The IAM user that the worker runs on, as the last reading saw it: for processes that can't ask AWS."""

from bot.domain.hygiene.inventory import FoundUser
from bot.domain.ids import AccountName
from bot.ports import Transaction


def note(tx: Transaction, account: AccountName, arn: str | None) -> None:
    tx.set_flag(_flag(account), arn)


def is_it(tx: Transaction, user: FoundUser) -> bool:
    return tx.flag(_flag(user.account)) == user.arn


def name(tx: Transaction, account: AccountName) -> str | None:
    arn = tx.flag(_flag(account))
    return arn.rpartition("/")[2] if arn else None


def _flag(account: AccountName) -> str:
    return f"worker-user/{account}"
