"""The ledger of roles whose sessions were revoked."""

from datetime import datetime
from typing import Protocol

from bot.domain.ids import AccountName
from bot.domain.session import SessionRole


class SessionRoles(Protocol):
    def want(self, role_arn: str, account: AccountName, at: datetime) -> None:
        """Its policy is to be written at this moment. Locks the role until the transaction ends."""
        ...

    def due(self, now: datetime, most: int) -> tuple[SessionRole, ...]:
        """Those whose time has come and that no worker has claimed."""
        ...

    def claim(self, role_arn: str, claim: str, now: datetime, until: datetime) -> bool:
        """False when another worker was first. A dead worker's claim runs out."""
        ...

    def release(self, role_arn: str, claim: str, due_at: datetime | None, tries: int) -> bool:
        """Due at `due_at`, or at once where it was wanted meanwhile. False when another worker took the role over."""
        ...
