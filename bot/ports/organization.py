"""The organization that the worker's account belongs to: as the ledger keeps it."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Protocol

from bot.domain.hygiene.organization import Member, Outside


class Members(Protocol):
    """The active accounts of the organization, as AWS last listed them."""

    def replace_all(self, members: Iterable[Member], now: datetime) -> None:
        """Replace the list."""
        ...

    def outside(self, ids: Collection[str]) -> Outside | None:
        """Those that have none of these ids; None if there are none, or if AWS never listed any."""
        ...
