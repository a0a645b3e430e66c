"""The ledger of what differs in AWS."""

from datetime import datetime
from typing import Protocol

from bot.domain.drift import Difference
from bot.domain.grant import Grant
from bot.domain.ids import AccountName, GrantId, SlackUserId


class Differences(Protocol):
    def add(self, difference: Difference) -> bool:
        """False when the same one is open already on this grant."""
        ...

    def get(self, difference: str) -> Difference | None: ...
    def open_of(self, grant: GrantId) -> tuple[Difference, ...]: ...
    def unconfirmed(self, account: AccountName, before: datetime, most: int) -> tuple[Grant, ...]:
        """Active grants with a difference that was seen once, before this moment."""
        ...

    def set(self, difference: str, **columns: object) -> None: ...
    def press(self, difference: str, by: SlackUserId, at: datetime) -> bool:
        """False unless it was told, is open, and nobody has pressed or mended it."""
        ...

    def pressed(self, now: datetime, most: int) -> tuple[Difference, ...]:
        """What a worker has yet to do, and may try now."""
        ...

    def claim(self, difference: str, now: datetime, until: datetime) -> bool:
        """One worker's, until then."""
        ...
