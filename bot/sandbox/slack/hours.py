"""Hours of the people to play: a digest comes in working hours, and whoever tries Latchkey out does so at any hour."""

from datetime import datetime, timedelta

from bot.domain.stages import open_at, zone_of


def zone_at_work(now: datetime) -> str:
    """A zone in which it is a working hour, as near to noon as there is; UTC where it is the weekend everywhere."""
    zones = [f"Etc/GMT{-ahead:+d}" for ahead in range(-12, 15)]
    there = [each for each in zones if open_at(now, zone_of(each))]
    return min(there, key=lambda each: abs(_from_noon(now, each)), default="UTC")


def _from_noon(now: datetime, zone: str) -> timedelta:
    local = now.astimezone(zone_of(zone))
    return local - local.replace(hour=12, minute=0)
