"""The ledger of drift in AWS."""

from datetime import datetime
from typing import Protocol

from bot.domain.drift.difference import Difference
from bot.domain.grant import Grant
from bot.domain.ids import AccountName, GrantId, SlackUserId


class Differences(Protocol):
    def add(self, difference: Difference) -> bool:
        """False if the same drift is already open on this grant."""
        ...

    def get(self, difference: str) -> Difference | None: ...
    def open_of(self, grant: GrantId) -> tuple[Difference, ...]: ...
    def unconfirmed(self, account: AccountName, before: datetime, most: int) -> tuple[Grant, ...]:
        """Active grants with drift that was seen once, before this time."""
        ...

    def set(self, difference: str, **columns: object) -> None: ...
    def request_repair(self, difference: str, by: SlackUserId, at: datetime) -> bool:
        """False unless it was reported, is open, and no one has already pressed or repaired it."""
        ...

    def repairs_due(self, now: datetime, most: int) -> tuple[Difference, ...]:
        """Repairs that a worker still has to do and may try now."""
        ...

    def claim(self, difference: str, now: datetime, until: datetime) -> bool:
        """Claim it for one worker, until that time."""
        ...
