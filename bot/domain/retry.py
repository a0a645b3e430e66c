"""Retry and backoff: how long Latchkey waits before it tries something again, with one named policy for each cause.

`wait` and `next_attempt` are the only arithmetic. botocore also retries a single call within itself before any of this
applies; that is configured in aws/accounts.py. How often a sweep runs is in runtime/schedule.py.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Policy:
    """Wait `first`, then twice as long after each failure, up to `longest`. Without `longest`, always `first`."""

    first: timedelta
    longest: timedelta | None = None


# --- AWS ----------------------------------------------------------------------------------------------------------

AWS = Policy(timedelta(seconds=15))  # refused or unanswered; or Slack didn't say who may decide about the key
AWS_REFUSES = Policy(timedelta(minutes=5))  # the same call is refused every time, until an admin fixes it
MINT_IN_PROGRESS = Policy(timedelta(seconds=5))  # a key of the same grant is being created
NEW_USER_UNSEEN = Policy(timedelta(minutes=1))  # IAM may not show a user yet that was just created
NEW_USER_CALL = Policy(timedelta(milliseconds=250), timedelta(seconds=8))  # calls on that user meanwhile: NoSuchEntity
LEAKED_KEY = Policy(timedelta(seconds=2), timedelta(minutes=1))  # whose it is; while the incident is open
CONTAINMENT = Policy(timedelta(seconds=1), timedelta(minutes=1))  # a step against a leaked key, or a check of it
SESSION_REVOCATION = Policy(timedelta(seconds=5), timedelta(minutes=5))
LAST_ACCESSED = Policy(timedelta(seconds=5), timedelta(hours=1))  # AWS makes its report, or refused to
REPORT_IN_PROGRESS = Policy(timedelta(seconds=1), timedelta(seconds=20))  # within one reading of an account
READ_REPORT = Policy(timedelta(minutes=1))  # the whole reading, while AWS makes its credential report
LOOK_UP_EVENTS = Policy(timedelta(seconds=1), timedelta(seconds=8))  # CloudTrail throttles; while one key is read
READ_ACCOUNT = Policy(timedelta(minutes=30))  # a reading failed, or Slack didn't say who all owners are

# --- acts that have to wait for somebody or something -------------------------------------------------------------

HELD_BACK = Policy(timedelta(minutes=1))  # an approver has yet to allow that many acts at once
NOT_ALLOWED = Policy(timedelta(days=1))  # in use, kept, or not Latchkey's to touch at this time
NOT_READABLE = Policy(timedelta(hours=1))  # hygiene: AWS or Slack didn't say what has to be known before an act
NOT_DELETABLE = Policy(timedelta(hours=1))  # a found key that was used again, or that somebody asked to reactivate
OWNER_AWAY = Policy(timedelta(days=1))  # a digest whose owner is a guest or not in Slack
OWNER_UNREADABLE = Policy(timedelta(minutes=10))  # Slack didn't say

# --- Slack and the database ---------------------------------------------------------------------------------------

SLACK_MESSAGE = Policy(timedelta(seconds=1), timedelta(minutes=5))  # where Slack names no Retry-After of its own
LINK_MODAL = Policy(timedelta(seconds=1))
LINK_MODAL_ATTEMPTS = 3  # within five seconds, because the owner is waiting
AUDIT_WEBHOOK = Policy(timedelta(milliseconds=10), timedelta(seconds=20))  # with its time-out, under 30 s apart
SOCKET_MODE = Policy(timedelta(seconds=1), timedelta(seconds=30))
WORKER_LOOP = Policy(timedelta(seconds=1))  # a step failed; the heartbeat has to come within 15 s
SQLITE_BUSY = Policy(timedelta(milliseconds=50))  # two processes open a new database file
RETRY_AFTER_MOST = timedelta(minutes=10)  # what Slack may ask of a sweep: a longer one is a mistake


def wait(policy: Policy, attempt: int = 1, jitter: float = 1.0) -> timedelta:
    """How long to wait after this failed attempt, counted from 1.

    `jitter` is a number from 0 to 1 and takes up to half of it off, so that several clients don't retry in step.
    """
    doubled = policy.first * 2 ** min(attempt - 1, 16) if policy.longest is not None else policy.first
    return min(doubled, policy.longest or doubled) * (0.5 + jitter / 2)


def next_attempt(now: datetime, policy: Policy, attempt: int = 1) -> datetime:
    return now + wait(policy, attempt)


def waits(policy: Policy, patience: timedelta, jitter: Callable[[], float] = lambda: 1.0) -> Iterator[timedelta]:
    """The waits between attempts, `patience` in all: the last one is cut to fit."""
    attempt, spent = 1, timedelta(0)
    while spent < patience:
        pause = min(wait(policy, attempt, jitter()), patience - spent)
        yield pause
        attempt, spent = attempt + 1, spent + pause
