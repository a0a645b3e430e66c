"""Time: parsing durations, fixed time limits, and when things are due. All times are UTC-aware."""

import re
from datetime import UTC, datetime, timedelta

from bot.domain.errors import BadDuration

ANSWER_LOST = timedelta(minutes=2)  # a call to AWS without an outcome since then: its worker is gone, or AWS was silent
SEAL_LASTS = timedelta(minutes=10)  # lifetime of an envelope
CLAIM_WITHIN = timedelta(seconds=30)  # an intent not claimed by then is never minted
RECEIPT_WITHIN = timedelta(minutes=10)  # then "Did you get it?"
HELD_AFTER = timedelta(hours=24)  # revealed without an answer counts as live
HEARTBEAT_EVERY = timedelta(seconds=5)
HEARTBEAT_FRESH = timedelta(seconds=15)
CLOCK_SKEW = HEARTBEAT_FRESH  # between hosts; a web process further ahead sees no live worker and refuses
CLAIM_ABANDONED = timedelta(minutes=5)  # the worker that claimed it is gone
CLAIM_ABANDONED_BY_DEAD = timedelta(seconds=20)  # the same, if that worker's heartbeat has stopped
ORPHAN_WINDOW = timedelta(minutes=5)  # maximum distance of a key's CreateDate from a claimed intent
ORPHAN_PASSES = (timedelta(0), timedelta(seconds=10), timedelta(minutes=5), timedelta(hours=1))
DEVICE_SETTLES = timedelta(seconds=30)  # until then, IAM may not show a fresh MFA device yet
ENDING_STAGES = (timedelta(days=14), timedelta(days=7), timedelta(days=1))  # before the end of a longer lease
IN_USE_STAGES = ENDING_STAGES[1:]  # approvers are notified too if a key is still in use
STILL_USED_WITHIN = timedelta(days=7)  # a job that runs once a week still needs its key
RENEW_CLAIM = timedelta(minutes=2)  # how long one worker may work on a renewal before another may take over
IN_USE_WITHIN = timedelta(hours=24)  # a sweep never deactivates a key used more recently
USE_KNOWN_FOR = timedelta(hours=3)  # after that, the last use counts as unknown
ASK_USE = (  # time since the new key was collected, and how often both keys' last use is read until then
    (timedelta(hours=1), timedelta(minutes=3)),
    (timedelta(days=1), timedelta(minutes=15)),
    (timedelta.max, timedelta(hours=1)),
)
STRETCH_TOLD_EVERY = timedelta(days=1)  # at most one notice per day about a postponed deactivation
COMPARE_EVERY = timedelta(hours=1)  # drift detection, for each account
COMPARE_AGAIN = timedelta(minutes=5)  # drift counts if it is still there then: IAM is eventually consistent
PENDING_LASTS = timedelta(hours=1)  # then a pending action expires: people no longer expect it
ENFORCE_AGAIN = timedelta(hours=23)  # hygiene tries once a day; a daily sweep is never a minute early
WORKDAYS = frozenset(range(5))  # Monday is 0
REVOKE_CLAIM = timedelta(minutes=1)  # how long one worker may work on a role's policy before another may take over
REVOKED_CHECKED_EVERY = timedelta(minutes=5)  # whether a role's policy still denies its revoked sessions
FORGET_AFTER = timedelta(hours=24)  # deliveries and heartbeats: Slack stops retrying within an hour
SPANS_KEPT = timedelta(days=30)  # retention of once-per-span markers; no span is longer
CLOCKS_DIFFER = timedelta(minutes=5)  # a stored time further ahead than this came from a wrong clock
LONGEST = timedelta(days=3650)  # maximum for any duration that a person writes: its seconds fit a 32-bit column

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_WRITTEN = re.compile(r"([1-9][0-9]{0,6})([smhd])", re.ASCII)
OFFERED = ("1h", "8h", "1d", "7d", "30d", "90d")


def parse_duration(text: str) -> timedelta:
    """Parse a positive whole number followed by s, m, h or d, up to LONGEST. Raises BadDuration."""
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise BadDuration(text)
    span = timedelta(**{_UNITS[match[2]]: int(match[1])})
    if span > LONGEST:
        raise BadDuration(text, longest=write_duration(LONGEST))
    return span


def write_duration(span: timedelta) -> str:
    """The shortest text that parse_duration reads back: 24h becomes 1d, 90 minutes stays 90m."""
    seconds = int(span.total_seconds())
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def is_alive(beat: datetime | None, now: datetime) -> bool:
    """Whether the last heartbeat is recent. One in the future came from a wrong clock and doesn't count."""
    return beat is not None and abs(now - beat) <= HEARTBEAT_FRESH


def offered_durations(longest: tuple[str, ...]) -> tuple[str, ...]:
    """The durations that the modal offers: the usual ones up to the longest maximum, and each maximum as written."""
    if not longest:
        return ()
    furthest = max(map(parse_duration, longest))
    usual = {each for each in OFFERED if parse_duration(each) <= furthest}
    return tuple(sorted(usual | set(longest), key=lambda each: (parse_duration(each), each)))


def ending_due_at(lease_until: datetime | None, duration: timedelta, told: timedelta | None) -> datetime | None:
    """When the next expiry notice is due: at the first stage shorter than the lease that wasn't sent yet."""
    ahead = [each for each in ENDING_STAGES if each < duration and (told is None or each < told)]
    return lease_until - max(ahead) if lease_until and ahead else None


def aware(moment: datetime) -> datetime:
    """The same time in UTC. Raises for a naive datetime."""
    if moment.tzinfo is None:
        raise TypeError("Latchkey needs datetimes with a time zone; this one has none")
    return moment.astimezone(UTC)
