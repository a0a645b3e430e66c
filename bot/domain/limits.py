"""How much one person may ask for, and how much they may write."""

from dataclasses import dataclass
from datetime import timedelta

JUSTIFICATION_MOST = 1000  # characters, in every window that asks for a reason
CLAIM_AGAIN = timedelta(days=1)  # after a declined claim, before the next one for the same IAM user


@dataclass(frozen=True, slots=True)
class RateLimit:
    """`most` times in any `per`."""

    act: str
    most: int
    per: timedelta


REQUESTS = RateLimit("request", 20, timedelta(hours=1))  # renewals included
REFUSALS = RateLimit("refusal", 60, timedelta(hours=1))  # in the audit log; an equal one counts once an hour
CLAIMS = RateLimit("claim", 10, timedelta(hours=1))  # handing over to somebody else is not one
