"""The ledger of grants."""

from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.grant import Grant
from bot.domain.ids import AccountName, GrantId, RequestId, SlackUserId
from bot.ports.bulk_limits import Ended


class Grants(Protocol):
    def add(self, grant: Grant) -> None: ...
    def get(self, grant: GrantId) -> Grant | None: ...
    def among(self, grants: Collection[GrantId]) -> Mapping[GrantId, Grant]:
        """Those of these that there are."""
        ...

    def of_request(self, request: RequestId) -> Grant | None: ...
    def of_owner(self, owner: SlackUserId, *, over_since: datetime | None = None) -> tuple[Grant, ...]:
        """Newest first: the approved and active ones, and those that ended after `over_since` where given."""
        ...

    def lock(self, grant: GrantId) -> Grant | None:
        """Lock it in whatever state, and return it as it now is. First in every transaction over its credentials.

        One order for all of them (grant, then credential, then envelope) is why no two can wait for each other.
        """
        ...

    def set_lease(self, grant: GrantId, until: datetime | None) -> None: ...
    def give_back(self, grant: GrantId) -> None:
        """Its owner ended it: it is called given back, not revoked."""
        ...

    def torn_down(self, grant: GrantId, at: datetime) -> None:
        """The first time counts."""
        ...

    def stuck(self, grant: GrantId, on: str) -> bool:
        """True when this is news: what AWS refuses of its tear-down."""
        ...

    def uncollected_past(self, now: datetime, most: int) -> tuple[Grant, ...]: ...
    def ended_leases(self, now: datetime, most: int) -> tuple[Grant, ...]:
        """`active` and past lease_until."""
        ...

    def ending(self, now: datetime, most: int) -> tuple[Grant, ...]:
        """`active`, in their lease, whose owner is to be told at one more stage that it ends."""
        ...

    def told_ending(self, grant: GrantId, stage: timedelta, at: datetime) -> bool:
        """True when this stage is news for the present lease."""
        ...

    def renew(self, grant: GrantId, until: datetime | None, request: RequestId | None) -> None:
        """The intent: what AWS and then the ledger are to take over. The claim stays as it is."""
        ...

    def renew_try_at(self, grant: GrantId, at: datetime | None) -> None: ...
    def renewed(self, grant: GrantId, until: datetime, duration: timedelta) -> None:
        """The lease as it now is; intent and claim are done, and nobody was told about this lease's end."""
        ...

    def to_renew(self, now: datetime, most: int) -> tuple[Grant, ...]:
        """`active`, in their lease, with an intent whose claim or next try is due."""
        ...

    def to_tear_down(self, now: datetime, most: int) -> tuple[Grant, ...]:
        """Over, whose next try is due; also one torn down already, where something came late."""
        ...

    def tearing_down(self) -> tuple[Ended, ...]: ...
    def ended_in(self, account: AccountName, since: datetime, until: datetime | None) -> tuple[int, int, int]:
        """Torn down, stuck, and all that were over in this span."""
        ...

    def try_again_at(self, grant: GrantId, at: datetime | None) -> None:
        """When the tear-down (or the orphan pass) of this grant is tried next."""
        ...

    def to_reconcile(self, now: datetime, most: int) -> tuple[Grant, ...]:
        """Approved or active, and asked for by try_again_at: the orphan pass."""
        ...

    def active_keys(self, after: GrantId | None, most: int) -> tuple[Grant, ...]:
        """Pages over active grants by id, for the daily sweep."""
        ...

    def active_in(self, account: AccountName, after: GrantId | None, most: int) -> tuple[Grant, ...]:
        """The same for those of one account."""
        ...
