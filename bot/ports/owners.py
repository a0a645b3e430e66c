"""The ledger of owners: what people settled in Slack, claims, addresses that Slack was asked for, and leavers."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.ids import AccountName, SlackUserId
from bot.domain.ownership import Claim, ClaimState, Leaver, Word


class Owners(Protocol):
    """An owner is a Slack user id, or a user group as subteam-S…"""

    def words(self, account: AccountName, users: Sequence[str]) -> Mapping[str, Word]:
        """By IAM user."""
        ...

    def say(self, word: Word) -> None:
        """The latest word about an IAM user is the one that counts."""
        ...

    def owned(self, account: AccountName, users: Mapping[str, Iterable[SlackUserId]], at: datetime) -> None:
        """These people own these IAM users at this moment, alone or in a group."""
        ...

    def owned_since(self, account: AccountName, user: str, moment: datetime) -> frozenset[SlackUserId]:
        """Whoever was last known to own it then or later."""
        ...

    # --- claims -------------------------------------------------------------------------------------------------

    def claim(self, claim: Claim) -> bool:
        """False when the same person has an open one on this IAM user."""
        ...

    def declined_at(self, claim: Claim) -> datetime | None:
        """When the same claim was last declined: of this IAM user, by this person, asked by the same."""
        ...

    def get(self, claim: str) -> Claim | None: ...
    def open_on(self, account: AccountName, users: Sequence[str]) -> tuple[Claim, ...]: ...
    def settle(self, claim: str, state: ClaimState, by: str | None, at: datetime) -> bool:
        """False when somebody was first."""
        ...

    # --- addresses ----------------------------------------------------------------------------------------------

    def want(self, addresses: Iterable[str], now: datetime) -> None:
        """An inventory met these, and may match them."""
        ...

    def answers(self, addresses: Iterable[str]) -> Mapping[str, SlackUserId | None]:
        """Those of these that Slack has answered about; None where nobody has it."""
        ...

    def to_ask(self, wanted_since: datetime, asked_before: datetime, most: int) -> tuple[str, ...]:
        """Those never tried first, then those tried longest ago: one that fails holds up no other."""
        ...

    def answered(self, address: str, person: SlackUserId | None, now: datetime) -> None: ...
    def unanswered(self, address: str, now: datetime) -> None:
        """Slack was asked, and gave an error."""
        ...

    # --- leavers ------------------------------------------------------------------------------------------------

    def holders(self, after: str, most: int) -> tuple[str, ...]:
        """Pages over whoever has an open grant, or a found key and was a full member then."""
        ...

    def leaver(self, owner: str) -> Leaver | None:
        """Who is not back."""
        ...

    def leaver_of(self, leaver: str) -> Leaver | None:
        """By the row's own id, back or not."""
        ...

    def leavers(self) -> tuple[Leaver, ...]: ...
    def left(self, leaver: Leaver) -> bool:
        """True when this is news."""
        ...

    def back(self, owner: str, at: datetime) -> bool:
        """True when they had left."""
        ...

    def told(self, owner: str, stage: timedelta) -> bool:
        """True when this stage, or one before it, was the latest that was told."""
        ...
