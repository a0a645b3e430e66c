"""Time: durations as people write them, the fixed terms of the design, and when things are due. UTC-aware only."""

import re
from datetime import UTC, datetime, timedelta

from bot.domain.errors import BadDuration

SEAL_LASTS = timedelta(minutes=10)  # an envelope's whole life (DESIGN.md §3.5)
CLAIM_WITHIN = timedelta(seconds=30)  # an intent unclaimed for longer is never minted
RECEIPT_WITHIN = timedelta(minutes=10)  # then "Did you get it?"
HELD_AFTER = timedelta(hours=24)  # revealed without an answer counts as live
HEARTBEAT_EVERY = timedelta(seconds=5)
HEARTBEAT_FRESH = timedelta(seconds=15)
CLOCK_SKEW = HEARTBEAT_FRESH  # between hosts; a web process that is further ahead sees no live worker and refuses
CLAIM_ABANDONED = timedelta(minutes=5)  # claimed for longer: whoever claimed it is gone
CLAIM_ABANDONED_BY_DEAD = timedelta(seconds=20)  # the same, when the claimer's heart has stopped
ORPHAN_WINDOW = timedelta(minutes=5)  # how near a key's CreateDate must lie to a claimed intent
ORPHAN_PASSES = (timedelta(0), timedelta(seconds=10), timedelta(minutes=5), timedelta(hours=1))
DEVICE_SETTLES = timedelta(seconds=30)  # until then a fresh MFA device that IAM does not show may yet appear
ENDING_STAGES = (timedelta(days=14), timedelta(days=7), timedelta(days=1))  # before the end of a longer lease
IN_USE_STAGES = ENDING_STAGES[1:]  # the approvers hear as well, where a key is still in use
STILL_USED_WITHIN = timedelta(days=7)  # a job that runs once a week still needs its key
RENEW_CLAIM = timedelta(minutes=2)  # how long one worker has for a renewal before another may take it over
PUT_BACK_AGAIN = timedelta(minutes=5)  # between tries at what AWS refuses again and again
IN_USE_WITHIN = timedelta(hours=24)  # a key used more recently is never deactivated by a clock
USE_KNOWN_FOR = timedelta(hours=3)  # what AWS said about a key's use counts as unknown after that
ASK_USE = (  # how long after the new key was collected, and how often both keys' last use is read until then
    (timedelta(hours=1), timedelta(minutes=3)),
    (timedelta(days=1), timedelta(minutes=15)),
    (timedelta.max, timedelta(hours=1)),
)
STRETCH_TOLD_EVERY = timedelta(days=1)  # an overlap that stretches is told no more often
COMPARE_EVERY = timedelta(hours=1)  # ledger and AWS, account by account
COMPARE_AGAIN = timedelta(minutes=5)  # a difference counts when it is still there then: IAM shows changes late
WISH_LASTS = timedelta(hours=1)  # what AWS has not let happen by then is asked for anew: nobody expects it any more
ENFORCE_AGAIN = timedelta(hours=23)  # hygiene tries one found key once a day; a daily sweep is never a minute early
ASK_AWS_AGAIN = timedelta(seconds=15)  # after AWS refused or did not answer
WORKDAYS = frozenset(range(5))  # Monday is 0
REVOKE_CLAIM = timedelta(minutes=1)  # how long one worker has for a role's policy before another may take it over
REVOKED_CHECKED_EVERY = timedelta(minutes=5)  # whether a role's policy still denies its revoked sessions
REVOKE_AGAIN = timedelta(seconds=5)  # after AWS refused or did not answer; doubled up to the longest
REVOKE_AGAIN_MOST = timedelta(minutes=5)
FORGET_AFTER = timedelta(hours=24)  # deliveries and heartbeats: Slack repeats nothing after an hour
SPANS_KEPT = timedelta(days=30)  # when something was last done that is done once per span; no span is longer
CLOCKS_DIFFER = timedelta(minutes=5)  # a time stored further ahead than this was written by a clock that was wrong
LONGEST = timedelta(days=3650)  # of any duration that a person writes: its seconds fit a 32-bit column

_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}
_WRITTEN = re.compile(r"([1-9][0-9]{0,6})([smhd])", re.ASCII)
OFFERED = ("1h", "8h", "1d", "7d", "30d", "90d")


def parse_duration(text: str) -> timedelta:
    """A positive whole number and s, m, h or d, up to LONGEST. Raises BadDuration."""
    match = _WRITTEN.fullmatch(text)
    if match is None:
        raise BadDuration(text)
    span = timedelta(**{_UNITS[match[2]]: int(match[1])})
    if span > LONGEST:
        raise BadDuration(text, longest=write_duration(LONGEST))
    return span


def write_duration(span: timedelta) -> str:
    """The shortest way that parse_duration reads back: 24h becomes 1d, 90 minutes stay 90m."""
    seconds = int(span.total_seconds())
    for unit, size in (("d", 86400), ("h", 3600), ("m", 60)):
        if seconds % size == 0:
            return f"{seconds // size}{unit}"
    return f"{seconds}s"


def is_alive(beat: datetime | None, now: datetime) -> bool:
    """Whether the last heartbeat is recent. One that lies ahead was written by a clock that was wrong."""
    return beat is not None and abs(now - beat) <= HEARTBEAT_FRESH


def offered_durations(longest: tuple[str, ...]) -> tuple[str, ...]:
    """What the modal offers: the usual terms as far as the longest of these, and each of these as it is written."""
    if not longest:
        return ()
    furthest = max(map(parse_duration, longest))
    usual = {each for each in OFFERED if parse_duration(each) <= furthest}
    return tuple(sorted(usual | set(longest), key=lambda each: (parse_duration(each), each)))


def ending_due_at(lease_until: datetime | None, duration: timedelta, told: timedelta | None) -> datetime | None:
    """When the owner hears next that the lease ends: at the first stage shorter than the lease that was not told."""
    ahead = [each for each in ENDING_STAGES if each < duration and (told is None or each < told)]
    return lease_until - max(ahead) if lease_until and ahead else None


def aware(moment: datetime) -> datetime:
    """The same moment, refused by type when it is naive, and always in UTC."""
    if moment.tzinfo is None:
        raise TypeError("Latchkey knows only moments with a time zone; this one has none")
    return moment.astimezone(UTC)
