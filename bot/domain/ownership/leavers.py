"""Owners who left the workspace, and the countdown that begins then."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.schedule import ENDING_STAGES

COUNTDOWN = ENDING_STAGES[0]  # from the day on which Slack no longer had the owner
COUNTDOWN_STAGES = (*ENDING_STAGES, timedelta(0))  # notices this long before the end of the countdown, and at its end


@dataclass(frozen=True, slots=True)
class Leaver:
    """An owner whom Slack no longer has as a full member."""

    id: str
    owner: str
    left_at: datetime  # when that was seen
    told_stage: timedelta | None = None  # of the latest notice that was sent, as time before the countdown ends
    back_at: datetime | None = None

    def stage(self, now: datetime) -> timedelta:
        """The latest stage of the countdown that has begun."""
        left = self.left_at + COUNTDOWN - now
        return min((each for each in COUNTDOWN_STAGES if left <= each), default=COUNTDOWN)
