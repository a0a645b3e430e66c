"""Rate limits on one person: how often they may request, report, claim, look up, and be refused."""

from dataclasses import dataclass
from datetime import timedelta

CLAIM_AGAIN = timedelta(days=1)  # after a declined claim, before another one for the same IAM user


@dataclass(frozen=True, slots=True)
class RateLimit:
    """At most `most` times in any span of `per`."""

    act: str
    most: int
    per: timedelta


REQUESTS = RateLimit("request", 20, timedelta(hours=1))  # renewals included
REFUSALS = RateLimit("refusal", 60, timedelta(hours=1))  # in the audit log; identical ones count once an hour
USAGES = RateLimit("look-up", 30, timedelta(hours=1))  # of a key in CloudTrail
LEAKS = RateLimit("report", 3, timedelta(hours=1))  # of leaks, by people who may not contain the key
CLAIMS = RateLimit("claim", 10, timedelta(hours=1))  # transferring to someone else isn't a claim
