"""The ledger of roles with revoked sessions."""

from datetime import datetime
from typing import Protocol

from bot.domain.ids import AccountName
from bot.domain.issuing.session import SessionRole


class SessionRoles(Protocol):
    def schedule(self, role_arn: str, account: AccountName, at: datetime) -> None:
        """Schedule writing its policy now. Locks the role until the transaction ends."""
        ...

    def due(self, now: datetime, most: int) -> tuple[SessionRole, ...]:
        """Those that are due and not claimed by a worker."""
        ...

    def claim(self, role_arn: str, claim: str, now: datetime, until: datetime) -> bool:
        """False if another worker claimed it. A dead worker's claim expires."""
        ...

    def release(self, role_arn: str, claim: str, due_at: datetime | None, tries: int) -> bool:
        """Due at `due_at`, or at once if it was scheduled meanwhile. False if another worker took the role over."""
        ...
