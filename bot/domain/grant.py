"""A grant: the right to hold a credential until lease_until."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.domain.ids import AccountName, EntitlementId, GrantId, RequestId, SlackUserId
from bot.domain.lifecycle import GrantState

IAM_PATH = "/latchkey/"
GRANT_USER = "latchkey-"  # and the grant's id


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
    renew_until: datetime | None = None  # the approved date that AWS, and then the ledger, have yet to take over
    renew_request: RequestId | None = None  # whose date it is; None: AWS is to hold lease_until again
    renew_try_at: datetime | None = None  # the worker's claim, or when it tries next
    told_stage: timedelta | None = None  # the latest word about this lease's end: so long before it
    told_ending_at: datetime | None = None
    ended_at: datetime | None = None  # when it became lapsed, expired or revoked
    given_back: bool = False  # revoked by its owner's own Give back
    torn_down_at: datetime | None = None  # when AWS was seen to hold nothing of it any more
    stuck_on: str | None = None  # what AWS refuses of its tear-down, call and code; the admins have been told

    @property
    def iam_user(self) -> str:
        """One IAM user per grant, named after it: a key that the ledger does not know stands out at once."""
        return f"{GRANT_USER}{self.id}"

    @property
    def lease(self) -> str:
        """Names this lease: what was said about its end is not said about the next one's, after a renewal."""
        return f"{self.id}/{self.lease_until:%Y-%m-%d}" if self.lease_until else self.id

    def state_at(self, now: datetime) -> GrantState:
        """Until the sweep has run, an active grant past its lease already counts as expired."""
        if self.state is GrantState.ACTIVE and self.lease_until is not None and self.lease_until <= now:
            return GrantState.EXPIRED
        if self.state is GrantState.APPROVED and self.collect_by <= now:
            return GrantState.LAPSED
        return self.state

    def stands(self, now: datetime | None = None) -> str:
        """The word for its state that people read; without `now`, as the ledger has it."""
        if self.given_back:
            return "given back"
        return self.state_at(now) if now else self.state

    def still_issues(self, now: datetime) -> bool:
        """A collect that began in time may be finished past collect_by, but never past the lease."""
        return not self.is_over and (self.lease_until is None or self.lease_until > now)

    @property
    def is_over(self) -> bool:
        return self.state in {GrantState.LAPSED, GrantState.EXPIRED, GrantState.REVOKED}


def grant_in(iam_user: str) -> GrantId | None:
    """The grant that this IAM user is named after. None: the name is of no such kind."""
    return GrantId(iam_user.removeprefix(GRANT_USER)) if iam_user.startswith(GRANT_USER) else None
