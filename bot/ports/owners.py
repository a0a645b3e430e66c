"""The ledger of owners: decisions made in Slack, claims, email addresses to look up, and leavers."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.ids import AccountName, SlackUserId
from bot.domain.ownership.claim import Claim, ClaimState
from bot.domain.ownership.leavers import Leaver
from bot.domain.ownership.owner import OwnerDecision


class Owners(Protocol):
    """Owners of IAM users. An owner is a Slack user id, or subteam-S… for a user group."""

    def decisions(self, account: AccountName, users: Sequence[str]) -> Mapping[str, OwnerDecision]:
        """Decisions by IAM user."""
        ...

    def decide(self, decision: OwnerDecision) -> None:
        """Store a decision. The latest one about an IAM user applies."""
        ...

    def record_owners(self, account: AccountName, users: Mapping[str, Iterable[SlackUserId]], at: datetime) -> None:
        """Record that these people own these IAM users at this time, alone or through a group."""
        ...

    def owners_since(self, account: AccountName, user: str, moment: datetime) -> frozenset[SlackUserId]:
        """The people last known to own it at that time or later."""
        ...

    # --- claims -------------------------------------------------------------------------------------------------

    def claim(self, claim: Claim) -> bool:
        """False if the same person already has an open claim on this IAM user."""
        ...

    def declined_at(self, claim: Claim) -> datetime | None:
        """When the same claim was last declined: this IAM user, this claimant, asked by the same person."""
        ...

    def get(self, claim: str) -> Claim | None: ...
    def open_on(self, account: AccountName, users: Sequence[str]) -> tuple[Claim, ...]: ...
    def open_of(self, person: SlackUserId) -> tuple[Claim, ...]:
        """Open claims that this person made, and open offers to them, oldest first."""
        ...

    def settle(self, claim: str, state: ClaimState, by: str | None, at: datetime) -> bool:
        """False if it was already decided."""
        ...

    # --- addresses ----------------------------------------------------------------------------------------------

    def request_lookups(self, addresses: Iterable[str], now: datetime) -> None:
        """Queue addresses that an inventory met and may match."""
        ...

    def lookup_answers(self, addresses: Iterable[str]) -> Mapping[str, SlackUserId | None]:
        """Those of these that Slack has answered about; None for an address no one has."""
        ...

    def lookups_due(self, wanted_since: datetime, asked_before: datetime, most: int) -> tuple[str, ...]:
        """Never tried first, then those tried longest ago, so that one that fails doesn't block the others."""
        ...

    def store_lookup(self, address: str, person: SlackUserId | None, now: datetime) -> None: ...
    def mark_lookup_failed(self, address: str, now: datetime) -> None:
        """Slack returned an error for it."""
        ...

    # --- leavers ------------------------------------------------------------------------------------------------

    def holders(self, after: str, most: int) -> tuple[str, ...]:
        """Pages of people with an open grant, or with a found key, who were full members then."""
        ...

    def leaver(self, owner: str) -> Leaver | None:
        """The person's leaver row, unless they are back."""
        ...

    def leaver_by_id(self, leaver: str) -> Leaver | None:
        """By row id, whether they are back or not."""
        ...

    def leavers(self) -> tuple[Leaver, ...]: ...
    def add_leaver(self, leaver: Leaver) -> bool:
        """True if this is new."""
        ...

    def mark_returned(self, owner: str, at: datetime) -> bool:
        """True if they had left."""
        ...

    def mark_reminded(self, owner: str, stage: timedelta) -> bool:
        """True if no later stage was sent before."""
        ...
