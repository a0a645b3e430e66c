"""Service last accessed details: which services of a lease nobody used, so that its renewal can ask for less.

AWS lists the services that a user's policies allow, with the time of the last attempt in each. It shows an attempt
after four hours at most: https://docs.aws.amazon.com/IAM/latest/UserGuide/access_policies_last-accessed.html
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.catalog import Entitlement
from bot.domain.ids import GrantId
from bot.domain.policies.document import statements

Accessed = Mapping[str, datetime | None]
"""The last attempt in each service, by its prefix in policies; None: no attempt."""

YOUNG = timedelta(days=1)  # a key this young says nothing about what its owner will need
AGAIN = timedelta(days=1)  # a newer answer replaces one that is older
TRIES_MOST = 12  # about three hours with the backoff of retry.LAST_ACCESSED; after them it stays unknown


@dataclass(frozen=True, slots=True)
class LastAccessed:
    """What AWS was asked about the user of one grant. `unused` is the answer at `read_at`: space-separated services."""

    grant: GrantId
    asked_at: datetime
    due_at: datetime | None = None  # when AWS is asked next; None: nothing is outstanding
    job: str | None = None  # AWS makes the report under this id
    tries: int = 0
    read_at: datetime | None = None
    unused: str = ""

    @property
    def services(self) -> tuple[str, ...]:
        return tuple(self.unused.split())


def services_of(entitlement: Entitlement) -> frozenset[str]:
    """The service prefixes that it allows; the catalog accepts no key that allows `*`. Denies don't count."""
    allows = (each for each in statements(entitlement.policy or "") if each.allows and each.actions)
    return frozenset(service for each in allows for service in each.services) | frozenset(entitlement.services)


def unused(entitlement: Entitlement, accessed: Accessed) -> tuple[str, ...]:
    """What it allows and nobody used. A service that AWS's answer doesn't list is unknown, so it isn't named."""
    return tuple(sorted(each for each in services_of(entitlement) if each in accessed and accessed[each] is None))
