"""The ledger of what AWS was asked about the services that a grant's user used."""

from datetime import datetime
from typing import Protocol

from bot.domain.ids import GrantId
from bot.domain.usage.last_accessed import LastAccessed


class LastAccessedServices(Protocol):
    """One row for each grant."""

    def request(self, grant: GrantId, now: datetime) -> None:
        """Due now, unless AWS is being asked already or its answer is younger than AGAIN."""
        ...

    def of(self, grant: GrantId) -> LastAccessed | None: ...
    def due(self, now: datetime, most: int) -> tuple[LastAccessed, ...]: ...
    def claim(self, row: LastAccessed, until: datetime) -> bool:
        """For one worker, until that time. False if another worker was faster."""
        ...

    def store(self, row: LastAccessed) -> None:
        """Store it as it is now."""
        ...

    def drop(self, grant: GrantId) -> None:
        """Forget it, so that it's asked anew next time."""
        ...
