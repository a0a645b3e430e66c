"""The demo's time zone: digests come in working hours, and the demo may be started at any time."""

from datetime import datetime, timedelta

from bot.domain.escalation import open_at, zone_of

EVERY_DAY = range(7)


def zone_at_work(now: datetime) -> str:
    """The time zone in which it is nearest to noon, for people who work every day."""
    zones = [f"Etc/GMT{-ahead:+d}" for ahead in range(-12, 15)]
    there = [each for each in zones if open_at(now, zone_of(each), EVERY_DAY)]
    return min(there, key=lambda each: abs(_from_noon(now, each)))


def _from_noon(now: datetime, zone: str) -> timedelta:
    local = now.astimezone(zone_of(zone))
    return local - local.replace(hour=12, minute=0)
