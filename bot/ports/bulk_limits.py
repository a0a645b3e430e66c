"""What the flows need of the ledger for what happens to many keys at once: questions asked, and endings counted."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.bulk_limit import BulkAction, Halt, Verdict
from bot.domain.ids import AccountName, SlackUserId


@dataclass(frozen=True, slots=True)
class Ended:
    """Grants of one account that are over and still have something in AWS, without those that are stuck."""

    account: AccountName
    many: int
    since: datetime


class Halts(Protocol):
    def add(self, halt: Halt) -> bool:
        """False when the same question is open already."""
        ...

    def get(self, halt: str) -> Halt | None: ...
    def last(self, account: AccountName, deed: BulkAction) -> Halt | None:
        """The open one, else the one that was settled last."""
        ...

    def settle(self, halt: str, verdict: Verdict, by: SlackUserId, at: datetime) -> bool:
        """False when somebody was first."""
        ...
