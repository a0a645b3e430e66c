"""A claim of a found key ("this is mine"), and an offer of one ("this is yours")."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from bot.domain.ids import AccountName, SlackUserId


class ClaimState(StrEnum):
    OPEN = "open"  # approvers confirm or decline; for an offer, the person it names
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    OVER = "over"  # the key got another owner, or is gone


@dataclass(frozen=True, slots=True)
class Claim:
    """A claim ("this is mine") for approvers to confirm, or an offer ("this is yours") for the person it names."""

    id: str
    account: AccountName
    iam_user: str
    claimant: SlackUserId  # the proposed owner
    asked_by: SlackUserId  # the claimant; for an offer, the person who made it
    former: str | None  # the owner at the time
    said: str  # the key id or name that was typed, or the reason for the offer
    made_at: datetime
    state: ClaimState = ClaimState.OPEN
    decided_by: SlackUserId | None = None
    decided_at: datetime | None = None

    @property
    def is_offer(self) -> bool:
        return self.asked_by != self.claimant
