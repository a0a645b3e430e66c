"""The ledger of pre-approvals."""

from datetime import datetime
from typing import Protocol

from bot.domain.ids import EntitlementId, RequestId, SlackUserId
from bot.domain.requests.preapproval import Preapproval


class Preapprovals(Protocol):
    def add(self, row: Preapproval) -> None: ...
    def get(self, preapproval: str) -> Preapproval | None: ...
    def of_owner(self, owner: SlackUserId, entitlement: EntitlementId, now: datetime) -> tuple[Preapproval, ...]:
        """Those that stand."""
        ...

    def of_request(self, request: RequestId) -> tuple[Preapproval, ...]:
        """All that were given on its message, oldest first."""
        ...

    def standing(self, now: datetime) -> tuple[Preapproval, ...]:
        """Everybody's, the one that ends next first."""
        ...

    def any(self, now: datetime) -> bool:
        """Whether there is one that stands."""
        ...

    def end(self, preapproval: str, by: SlackUserId, at: datetime) -> bool:
        """False if it had ended already."""
        ...
