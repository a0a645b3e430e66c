"""Escalation: when a finding's next step is due, the owner's working hours, and when a key may be deactivated.

Each step is scheduled relative to the previous one rather than to a fixed date, so a worker that was down runs
overdue steps late and skips none.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo

from bot.domain.hygiene.finding import Finding, Step
from bot.domain.hygiene.finding_rules import RULES, ReportedBy
from bot.domain.schedule import IN_USE_WITHIN, WORKDAYS
from bot.domain.usage.last_used import LastUsed

WAITS = (timedelta(days=7), timedelta(days=2))  # after the first step, and after each later one
HEARD, HEARD_FOR = 2, timedelta(days=7)  # before deactivation: number of notices, and age of the first
DRY_RUN = timedelta(days=14)  # from an account's first scan and from the start of enforcement
OPENS, CLOSES = time(9), time(17)
NIGHT = timedelta(hours=16)  # minimum between two digests, so that they land on different working days


@dataclass(frozen=True, slots=True)
class Next:
    """A finding's position after a step was taken."""

    stage: int
    step: Step | None
    due_at: datetime | None


def begun(finding: Finding, at: datetime) -> Finding:
    """At the first step of its escalation, where the digest picks it up."""
    rule = RULES[finding.kind]
    return (
        replace(finding, stage=0, step=rule.escalation_steps[0], due_at=at)
        if rule.reported_by is ReportedBy.DIGEST
        else finding
    )


def after(finding: Finding, now: datetime) -> Next:
    escalation_steps, stage = RULES[finding.kind].escalation_steps, finding.stage + 1
    if stage >= len(escalation_steps):
        return Next(stage, None, None)
    return Next(stage, escalation_steps[stage], now + _wait(stage))


def _wait(stage: int) -> timedelta:
    """How long after the previous step this one is due."""
    return WAITS[min(stage, len(WAITS)) - 1]


# --- working hours ------------------------------------------------------------------------------------------------


def zone_of(name: str) -> tzinfo:
    """The time zone, or UTC if this machine doesn't know it."""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        return UTC


def off_days(workdays: Collection[int]) -> frozenset[int]:
    """Days on which a key may be deactivated.

    People must be at work the day before to object, and the day after to notice.
    """
    return frozenset(each for each in workdays if {(each - 1) % 7, (each + 1) % 7} <= set(workdays))


def open_at(now: datetime, zone: tzinfo, days: Collection[int] = WORKDAYS) -> bool:
    local = now.astimezone(zone)
    return local.weekday() in days and OPENS <= local.time() < CLOSES


def opens(now: datetime, zone: tzinfo, days: Collection[int] = WORKDAYS) -> datetime:
    """The next start of working hours, in UTC, after now."""
    today = now.astimezone(zone).date()
    mornings = (datetime.combine(today + timedelta(days=ahead), OPENS, zone) for ahead in range(8))
    return next(each.astimezone(UTC) for each in mornings if each.weekday() in days and each.astimezone(UTC) > now)


# --- before a key is deactivated ----------------------------------------------------------------------------------


def was_heard(delivered: Sequence[datetime], now: datetime) -> bool:
    """Whether the owner received enough notices. `delivered`: when Slack accepted the message of each step."""
    return len(delivered) >= HEARD and now - min(delivered) >= HEARD_FOR


def rests(used: LastUsed | None, now: datetime) -> bool:
    """Whether the key wasn't used for a day. Unknown use counts as use."""
    return used is not None and (used.at is None or now - used.at >= IN_USE_WITHIN)


def dry_until(*begins: datetime | None) -> datetime | None:
    """End of the dry run. `begins`: first scan and start of enforcement. None while either lies in the future."""
    known = [each for each in begins if each is not None]
    return max(known) + DRY_RUN if len(known) == len(begins) else None


def last_step_due(finding: Finding) -> datetime | None:
    """When the step that it is at fell due, whatever has postponed it since."""
    return finding.told_at + _wait(finding.stage) if finding.told_at is not None and finding.stage else finding.due_at


def off_at(finding: Finding) -> datetime | None:
    """Earliest time at which the key is deactivated if each step runs on schedule.

    None: its escalation doesn't deactivate it.
    """
    escalation_steps = RULES[finding.kind].escalation_steps
    if finding.due_at is None or Step.OFF not in escalation_steps:
        return None
    ahead = range(finding.stage + 1, escalation_steps.index(Step.OFF) + 1)
    return finding.due_at + sum((_wait(each) for each in ahead), timedelta(0))
