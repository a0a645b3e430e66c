"""The demo's time zone: digests come in working hours, and the demo may be started at any time."""

from datetime import datetime, timedelta

from bot.domain.hygiene.escalation import open_at, zone_of

EVERY_DAY = range(7)
CITIES = (
    "Pacific/Pago_Pago", "Pacific/Honolulu", "America/Anchorage", "America/Los_Angeles", "America/Denver",
    "America/Chicago", "America/New_York", "America/Halifax", "America/Sao_Paulo", "Atlantic/South_Georgia",
    "Atlantic/Azores", "Europe/London", "Europe/Berlin", "Europe/Athens", "Asia/Riyadh", "Asia/Dubai", "Asia/Karachi",
    "Asia/Dhaka", "Asia/Bangkok", "Asia/Singapore", "Asia/Tokyo", "Australia/Brisbane", "Pacific/Noumea",
    "Pacific/Auckland",
)  # fmt: skip
"""One for each hour of the day."""


def zone_at_work(now: datetime) -> str:
    """The time zone in which it is nearest to noon, for people who work every day."""
    there = [each for each in CITIES if open_at(now, zone_of(each), EVERY_DAY)]
    return min(there, key=lambda each: abs(_from_noon(now, each)))


def _from_noon(now: datetime, zone: str) -> timedelta:
    local = now.astimezone(zone_of(zone))
    return local - local.replace(hour=12, minute=0)
