"""Stages: when a finding's next rung is due, when its owner is at work, and when a key may be switched off.

By state and never by an exact day: the next rung is counted from when the last one was climbed. A worker that slept
climbs each rung late, and leaves none out.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from bot.domain.finding import Finding, LastUsed, Rung
from bot.domain.finding_rules import RULES, Teller
from bot.domain.schedule import IN_USE_WITHIN, WORKDAYS

WAITS = (timedelta(days=7), timedelta(days=2))  # after the first rung, and after each later one
HEARD, HEARD_FOR = 2, timedelta(days=7)  # before a key goes off: so many delivered notices, the first so long ago
DRY_RUN = timedelta(days=14)  # of an account, from its first reading and from the beginning of enforcement
OPENS, CLOSES = time(9), time(17)
NIGHT = timedelta(hours=16)  # two digests are never nearer: not twice in one day of work, and not too late for the next


@dataclass(frozen=True, slots=True)
class Next:
    """Where a finding stands once a rung was climbed."""

    stage: int
    rung: Rung | None
    due_at: datetime | None


def begun(finding: Finding, at: datetime) -> Finding:
    """At the foot of its ladder, where the digest brings it up."""
    rule = RULES[finding.kind]
    return replace(finding, stage=0, rung=rule.ladder[0], due_at=at) if rule.teller is Teller.DIGEST else finding


def after(finding: Finding, now: datetime) -> Next:
    ladder, stage = RULES[finding.kind].ladder, finding.stage + 1
    if stage >= len(ladder):
        return Next(stage, None, None)
    return Next(stage, ladder[stage], now + _wait(stage))


def _wait(stage: int) -> timedelta:
    """Before this stage is due, counted from when the one before it was climbed."""
    return WAITS[min(stage, len(WAITS)) - 1]


# --- whose hours --------------------------------------------------------------------------------------------------


def zone_of(name: str) -> tzinfo:
    """UTC where this machine does not know the zone."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


def off_days(workdays: Collection[int]) -> frozenset[int]:
    """When a key may go off: people are at work the day before, to object, and the day after, to notice."""
    return frozenset(each for each in workdays if {(each - 1) % 7, (each + 1) % 7} <= set(workdays))


def open_at(now: datetime, zone: tzinfo, days: Collection[int] = WORKDAYS) -> bool:
    local = now.astimezone(zone)
    return local.weekday() in days and OPENS <= local.time() < CLOSES


def opens(now: datetime, zone: tzinfo, days: Collection[int] = WORKDAYS) -> datetime:
    """The next opening, in UTC: later than now."""
    today = now.astimezone(zone).date()
    mornings = (datetime.combine(today + timedelta(days=ahead), OPENS, zone) for ahead in range(8))
    return next(each.astimezone(UTC) for each in mornings if each.weekday() in days and each.astimezone(UTC) > now)


# --- before a key goes off ----------------------------------------------------------------------------------------


def was_heard(delivered: Sequence[datetime], now: datetime) -> bool:
    """`delivered`: when Slack took each stage's message."""
    return len(delivered) >= HEARD and now - min(delivered) >= HEARD_FOR


def rests(used: LastUsed | None, now: datetime) -> bool:
    """Not used for a day. Unknown use is use."""
    return used is not None and (used.at is None or now - used.at >= IN_USE_WITHIN)


def dry_until(*begins: datetime | None) -> datetime | None:
    """`begins`: an account's first reading, and the beginning of enforcement. None while one of them lies ahead."""
    known = [each for each in begins if each is not None]
    return max(known) + DRY_RUN if len(known) == len(begins) else None


def off_at(finding: Finding) -> datetime | None:
    """When its key goes off at the earliest, if each rung is climbed on its day. None: not by its ladder."""
    ladder = RULES[finding.kind].ladder
    if finding.due_at is None or Rung.OFF not in ladder:
        return None
    ahead = range(finding.stage + 1, ladder.index(Rung.OFF) + 1)
    return finding.due_at + sum((_wait(each) for each in ahead), timedelta(0))
