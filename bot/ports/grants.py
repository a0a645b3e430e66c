"""The ledger of grants."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.grant import Grant
from bot.domain.ids import AccountName, EntitlementId, GrantId, RequestId, SlackUserId
from bot.ports.bulk_limits import Ended


class Grants(Protocol):
    def add(self, grant: Grant) -> None: ...
    def get(self, grant: GrantId) -> Grant | None: ...
    def by_ids(self, grants: Collection[GrantId]) -> Mapping[GrantId, Grant]:
        """Those of these ids that exist."""
        ...

    def of_request(self, request: RequestId) -> Grant | None: ...
    def of_owner(self, owner: SlackUserId, *, over_since: datetime | None = None) -> tuple[Grant, ...]:
        """Newest first: approved and active ones, and those that ended after `over_since` if given."""
        ...

    def emergencies_of(self, owner: SlackUserId, entitlement: EntitlementId) -> tuple[Grant, ...]:
        """Of emergencies: approved and active ones."""
        ...

    def lock(self, grant: GrantId) -> Grant | None:
        """Lock it in any state and return its current row. First in every transaction on its credentials.

        Everyone locks in one order (grant, credential, envelope), so two transactions can't deadlock.
        """
        ...

    def set_lease(self, grant: GrantId, until: datetime | None) -> None: ...
    def mark_given_back(self, grant: GrantId) -> None:
        """Mark that its owner ended it, so that it is shown as given back rather than revoked."""
        ...

    def mark_torn_down(self, grant: GrantId, at: datetime) -> None:
        """Only the first time is stored."""
        ...

    def mark_stuck(self, grant: GrantId, on: str) -> bool:
        """Store what AWS refuses during its tear-down. True if this changed."""
        ...

    def uncollected_past(self, now: datetime, most: int) -> tuple[Grant, ...]: ...
    def ended_leases(self, now: datetime, most: int) -> tuple[Grant, ...]:
        """`active` and past lease_until."""
        ...

    def ending(self, now: datetime, most: int) -> tuple[Grant, ...]:
        """`active`, within their lease, whose owner is due another expiry notice."""
        ...

    def mark_expiry_notified(self, grant: GrantId, stage: timedelta, at: datetime) -> bool:
        """True if this stage wasn't sent yet for the current lease."""
        ...

    def set_renewal(self, grant: GrantId, until: datetime | None, request: RequestId | None) -> None:
        """Store the intent: the date that AWS and then the ledger take over. The claim stays as it is."""
        ...

    def renew_try_at(self, grant: GrantId, at: datetime | None) -> None: ...
    def complete_renewal(self, grant: GrantId, until: datetime, duration: timedelta) -> None:
        """Store the new lease; clears intent, claim and sent expiry notices."""
        ...

    def to_renew(self, now: datetime, most: int) -> tuple[Grant, ...]:
        """`active`, within their lease, with an intent whose claim or retry is due."""
        ...

    def to_tear_down(self, now: datetime, most: int) -> tuple[Grant, ...]:
        """Ended, whose next try is due; also one already torn down if something appeared later."""
        ...

    def tearing_down(self) -> tuple[Ended, ...]: ...
    def count_ended(self, account: AccountName, since: datetime, until: datetime | None) -> tuple[int, int, int]:
        """Counts of those torn down, stuck, and all that ended in this span."""
        ...

    def try_again_at(self, grant: GrantId, at: datetime | None) -> None:
        """When the tear-down (or the orphan pass) of this grant is tried next."""
        ...

    def to_reconcile(self, now: datetime, most: int) -> tuple[Grant, ...]:
        """Approved or active grants that are due for the orphan pass by try_again_at."""
        ...

    def active(self, after: GrantId | None, most: int) -> tuple[Grant, ...]:
        """Pages of active grants by id, for the daily sweep."""
        ...

    def active_in(self, account: AccountName, after: GrantId | None, most: int) -> tuple[Grant, ...]:
        """The same for those of one account."""
        ...
