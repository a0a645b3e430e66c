"""The ledger of keys whose owner said that something else took their place."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from bot.domain.ids import AccountName
from bot.domain.replacement.means import Means
from bot.domain.replacement.watch import Watch


class Replacements(Protocol):
    def begin(self, watch: Watch) -> bool:
        """False if the key is watched already. One whose watch ended can be watched anew."""
        ...

    def get(self, key: str) -> Watch | None: ...
    def watched(self, keys: Collection[str]) -> Mapping[str, Watch]:
        """Those of these keys whose watch hasn't ended."""
        ...

    def due(self, now: datetime, most: int) -> tuple[Watch, ...]:
        """Those whose use is to be read, the most overdue first."""
        ...

    def claim(self, watch: Watch, until: datetime) -> bool:
        """Set its next check. False if another worker took it, or if it ended."""
        ...

    def set(self, watch: Watch, **columns: object) -> bool:
        """False if this watch ended, or another one began."""
        ...

    def count_ended(self, account: AccountName, since: datetime, until: datetime) -> Mapping[Means, int]:
        """How many keys stopped working within this time, by what replaced them."""
        ...
