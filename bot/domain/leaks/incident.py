"""An incident: one leaked key, who reported it, the steps that cut it off, and the checks afterwards."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from bot.domain.ids import AccessKeyId, AccountName, RequestId, SlackUserId
from bot.domain.lifecycle import IncidentState

CHECKS = (timedelta(seconds=10), timedelta(seconds=60), timedelta(minutes=5))
"""After containment: IAM is eventually consistent, and whoever has the key may have been faster."""
ADMINS_AFTER = timedelta(minutes=10)  # without a decision
AUTHOR_HAS = timedelta(minutes=10)  # to answer a message of a watched channel, before anyone else is paged
LOOK_UP_HAS = timedelta(seconds=30)  # to say whose key it is, before people are paged without that
AGREE = 2  # approvers or admins who must agree before a leaked key is reactivated


class Source(StrEnum):
    """How Latchkey learned of the leak."""

    COMMAND = "command"  # /key leaked
    SHORTCUT = "shortcut"  # This contains a key
    DISOWNED = "disowned"  # This wasn't me
    CHANNEL = "channel"  # a message in a watched channel
    QUARANTINE = "quarantine"  # AWS attached its quarantine policy
    AWS_HEALTH = "aws-health"
    GITHUB = "github"  # secret scanning


BY_MACHINES = frozenset({Source.QUARANTINE, Source.AWS_HEALTH, Source.GITHUB})
"""AWS or GitHub saw the key in public: only an admin can say that it is no leak."""


class Whose(StrEnum):
    """What the key is to Latchkey."""

    UNKNOWN = "unknown"  # the worker hasn't looked yet
    ISSUED = "issued"
    FOUND = "found"
    SESSION = "session"  # temporary credentials that Latchkey issued
    ITSELF = "itself"  # a principal that Latchkey runs as: never contained
    OTHER = "other"  # not Latchkey's to contain: another account's, a root key, or a session that it didn't issue
    GONE = "gone"  # AWS doesn't have it any more


CONTAINABLE = frozenset({Whose.UNKNOWN, Whose.ISSUED, Whose.FOUND, Whose.SESSION})
"""Not Latchkey's own, another account's, or one that is gone."""


class StepKind(StrEnum):
    KEY = "key"  # deactivate the key; target: its id
    SESSIONS = "sessions"  # deny what the IAM user and its sessions may do; target: the user
    ROLE = "role"  # end sessions by their role; target: its ARN
    NEW_KEY = "new-key"  # deactivate a key that was made after the report; target: its id
    LOGIN = "login"  # a console password that was set after the report; target: the user


class StepState(StrEnum):
    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"  # by AWS; tried again
    SKIPPED = "skipped"  # Latchkey can't do it here; `why` says the reason
    OFFERED = "offered"  # done once somebody presses its button


@dataclass(frozen=True, slots=True)
class Step:
    incident: str
    kind: StepKind
    target: str
    round: int  # 0: at once; later ones were planned by a check
    state: StepState = StepState.WAITING
    tried_at: datetime | None = None
    done_at: datetime | None = None
    why: str | None = None  # AWS's error code, or the reason for SKIPPED
    by: str | None = None  # who pressed the button of an offered step
    tries: int = 0  # in a row that AWS refused or didn't answer


@dataclass(frozen=True, slots=True)
class Report:
    """One person's report; the first one of each person is kept."""

    incident: str
    by: str  # a Slack user id, or LATCHKEY
    source: Source
    at: datetime


@dataclass(frozen=True, slots=True)
class Incident:
    id: str
    access_key_id: AccessKeyId
    state: IncidentState
    source: Source  # of the first report
    opened_at: datetime
    reported_by: str  # a Slack user id, or LATCHKEY
    whose: Whose = Whose.UNKNOWN
    account: AccountName | None = None  # of the catalog
    account_number: str | None = None  # twelve digits, as the key's id or AWS says it
    user: str | None = None  # IAM user
    user_arn: str | None = None
    credential: str | None = None  # issued: its row
    grant: str | None = None
    found_key: str | None = None  # found: its row
    link: str | None = None  # where AWS or GitHub describes it
    page_at: datetime | None = None  # when owner and approvers are paged; None: never, or paged already
    paged_at: datetime | None = None
    escalate_at: datetime | None = None  # when the admins are paged; None: never, or paged already
    proof: str | None = None  # a signed sts:GetCallerIdentity request, until the worker has sent it
    proof_at: datetime | None = None  # when it was signed
    contain_by: str | None = None  # a Slack user id, or LATCHKEY for a pair that AWS accepted
    contain_at: datetime | None = None
    contained_at: datetime | None = None  # when every step of the newest round was done
    round: int = 0  # of steps
    check: int = 0  # how many of CHECKS are done since contained_at
    check_at: datetime | None = None
    unread: str | None = None  # what the newest check couldn't read: call and AWS's error code
    standing: Mapping[str, Any] | None = None  # what is known to be on its IAM user: leaked_user.Known, as stored
    activity_at: datetime | None = None  # when CloudTrail is read next
    next_try_at: datetime | None = None  # of the steps
    reactivate_by: SlackUserId | None = None  # whose agreement was the last one needed; the worker acts
    reactivate_at: datetime | None = None
    reactivated_at: datetime | None = None
    replacement: RequestId | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    justification: str | None = None

    @property
    def is_open(self) -> bool:
        return self.state is not IncidentState.CLOSED

    @property
    def is_quiet(self) -> bool:
        """A channel's message had its bare id: only the author was asked, and nobody else knows."""
        waits = self.state is IncidentState.REPORTED and self.source is Source.CHANNEL
        return waits and self.page_at is None and self.paged_at is None and self.contain_by is None
