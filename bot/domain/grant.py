"""A grant: the right to hold a credential until lease_until."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.ids import AccountName, EntitlementId, GrantId, RequestId, SlackUserId
from bot.domain.lifecycle import GrantState
from bot.domain.subjects import Daily

IAM_PATH = "/latchkey/"
GRANT_USER = "latchkey-"  # followed by the grant's id


@dataclass(frozen=True, slots=True)
class Grant:
    id: GrantId
    request: RequestId
    entitlement: EntitlementId
    account: AccountName
    owner: SlackUserId
    duration: timedelta
    state: GrantState
    made_at: datetime
    collect_by: datetime
    lease_until: datetime | None = None  # fixed when the first collect begins
    renew_until: datetime | None = None  # the approved date that AWS, and then the ledger, still have to take over
    renew_request: RequestId | None = None  # the request that set the date; None: AWS must go back to lease_until
    renew_try_at: datetime | None = None  # the worker's claim, or the next retry
    told_stage: timedelta | None = None  # the latest expiry notice sent for this lease, as time before its end
    told_ending_at: datetime | None = None
    ended_at: datetime | None = None  # when it became lapsed, expired or revoked
    given_back: bool = False  # revoked by its owner through Give back
    torn_down_at: datetime | None = None  # when AWS was confirmed to have nothing left of it
    stuck_on: str | None = None  # what AWS refuses during tear-down (call and code); the admins were notified

    @property
    def iam_user(self) -> str:
        """The name of its IAM user. Each grant has its own, so a key that the ledger doesn't know is easy to spot."""
        return f"{GRANT_USER}{self.id}"

    @property
    def lease(self) -> str:
        """Identifies this lease. A renewal starts a new one, with its own expiry notices."""
        return str(Daily(self.id, self.lease_until.date())) if self.lease_until else self.id

    def state_at(self, now: datetime) -> GrantState:
        """The state at a time: an active grant past its lease counts as expired even before the sweep has run."""
        if self.state is GrantState.ACTIVE and self.lease_until is not None and self.lease_until <= now:
            return GrantState.EXPIRED
        if self.state is GrantState.APPROVED and self.collect_by <= now:
            return GrantState.LAPSED
        return self.state

    def stands(self, now: datetime | None = None) -> str:
        """The word people read for its state; without `now`, the state stored in the ledger."""
        if self.given_back:
            return "given back"
        return self.state_at(now) if now else self.state

    def still_issues(self, now: datetime) -> bool:
        """Whether keys can still be issued.

        A collect that began in time may finish past collect_by, never past the lease.
        """
        return not self.is_over and (self.lease_until is None or self.lease_until > now)

    @property
    def is_over(self) -> bool:
        return self.state in {GrantState.LAPSED, GrantState.EXPIRED, GrantState.REVOKED}


def grant_in(iam_user: str) -> GrantId | None:
    """The id of the grant that this IAM user is named after, or None if the name has another form."""
    return GrantId(iam_user.removeprefix(GRANT_USER)) if iam_user.startswith(GRANT_USER) else None
