"""A hundred people: each has a habit and a time zone."""

from dataclasses import dataclass
from datetime import datetime

from bot.domain.ids import AccessKeyId, GrantId, SlackUserId

ZONES = ("UTC", "Europe/Vienna", "America/New_York", "America/Los_Angeles", "Asia/Kolkata", "Asia/Tokyo",
    "Australia/Sydney", "Pacific/Auckland", "Pacific/Honolulu", "Mars/Olympus")  # fmt: skip


@dataclass
class Owner:
    """One of a hundred. A tenth have each habit."""

    number: int
    key: AccessKeyId
    grant: GrantId | None = None
    answered: int = 0  # digests that were read

    @property
    def id(self) -> SlackUserId:
        return SlackUserId(f"U{self.number:04}")

    @property
    def user(self) -> str:
        return f"user-{self.number:03}"

    @property
    def habit(self) -> str:
        habits = ("busy", "weekly", "idle", "unused", "rotates", "keeps", "own-idle", "own-rotates", "two", "young")
        return habits[self.number % 10]

    @property
    def zone(self) -> str:
        return ZONES[(self.number // 10 + self.number) % 10]


@dataclass(frozen=True)
class Off:
    """Latchkey deactivated a key whose last use was at `used`."""

    at: datetime
    key: AccessKeyId
    used: datetime | None
