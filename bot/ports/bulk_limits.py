"""The ledger of bulk actions: questions to approvers, and counts of ended grants."""

from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.bulk_limit import BulkAction, Halt, Verdict
from bot.domain.ids import AccountName, SlackUserId


@dataclass(frozen=True, slots=True)
class Ended:
    """Grants of one account that have ended but still have something in AWS, except stuck ones."""

    account: AccountName
    many: int
    since: datetime


class Halts(Protocol):
    def add(self, halt: Halt) -> bool:
        """False if the same question is already open."""
        ...

    def get(self, halt: str) -> Halt | None: ...
    def last(self, account: AccountName, action: BulkAction) -> Halt | None:
        """The open one, or the one decided last."""
        ...

    def settle(self, halt: str, verdict: Verdict, by: SlackUserId, at: datetime) -> bool:
        """False if it was already decided."""
        ...
