"""Outbox subjects: what a message is about. `str()` builds the stored string, and `parse` beside it reads it.

A subject and a place identify one message, so a later message about the same row needs a subject of its own: the row's
id with a date or time. Where one message per row is enough, the subject is the row's id alone. The ledgers of running
installations hold these strings: their form is a contract.
"""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

from bot.domain.ids import AccountName
from bot.domain.policies.managed_policy import PREFIX

MINUTE = "%Y-%m-%dT%H:%MZ"


def row_id(subject: str) -> str:
    """The id of the row that the subject is about, which holds no slash. Not for subjects about an account."""
    return subject.partition("/")[0]


@dataclass(frozen=True, slots=True)
class Daily:
    """One message per UTC day.

    STRETCHED and ENFORCED: a credential. GRANT_ENDING and GRANT_IN_USE: a grant, on the day its lease ends. UNREAD and
    OWNERLESS: an account. ESCALATED: a hash of the recipients.
    """

    id: str
    day: date

    def __str__(self) -> str:
        return f"{self.id}/{self.day:%Y-%m-%d}"

    @classmethod
    def parse(cls, subject: str) -> "Daily":
        id_, _, day = subject.rpartition("/")
        return cls(id_, date.fromisoformat(day))


@dataclass(frozen=True, slots=True)
class Timed:
    """One message per operation. SWITCHED: a credential. ADOPTED and its siblings: a found key. STORM: an account.

    PAUSED and RESUMED: issuing, with the time at which the pause began. REMINDER: a request, if its requester asked.
    """

    id: str
    at: datetime

    def __str__(self) -> str:
        return f"{self.id}/{int(self.at.timestamp())}"

    @classmethod
    def parse(cls, subject: str) -> "Timed":
        id_, _, seconds = subject.rpartition("/")
        return cls(id_, datetime.fromtimestamp(int(seconds), UTC))


@dataclass(frozen=True, slots=True)
class AccountAt:
    """PREVIEW and REPORT: an account as it was at one minute, UTC."""

    account: AccountName
    at: datetime

    def __str__(self) -> str:
        return f"{self.account}/{self.at.astimezone(UTC):{MINUTE}}"

    @classmethod
    def parse(cls, subject: str) -> "AccountAt":
        """Early releases wrote only the day, and their messages are still updated."""
        account, _, at = subject.rpartition("/")
        return cls(AccountName(account), datetime.fromisoformat(at).replace(tzinfo=UTC))


@dataclass(frozen=True, slots=True)
class OwnersDigest:
    """DIGEST: the owner is a person or a user group, and the time is local to the recipient."""

    owner: str
    at: datetime

    def __str__(self) -> str:
        return f"{self.owner}/{self.at.isoformat(timespec='minutes')}"

    @classmethod
    def parse(cls, subject: str) -> "OwnersDigest":
        owner, _, at = subject.partition("/")
        return cls(owner, datetime.fromisoformat(at))


@dataclass(frozen=True, slots=True)
class LeaverStage:
    """LEFT: what a leaver holds in one account, at one stage of the countdown."""

    leaver: str
    stage: timedelta  # whole days
    account: AccountName

    def __str__(self) -> str:
        return f"{self.leaver}/{self.stage.days}/{self.account}"

    @classmethod
    def parse(cls, subject: str) -> "LeaverStage":
        leaver, days, account = subject.split("/", 2)
        return cls(leaver, timedelta(days=int(days)), AccountName(account))


@dataclass(frozen=True, slots=True)
class PolicyChange:
    """DIFFERENCE, where it is about a managed policy: the policy's row and the digest of its new text."""

    row: str  # managed_policy.name_of
    digest: str

    @property
    def account(self) -> AccountName:
        return AccountName(self.row.removeprefix(PREFIX).rpartition("/")[0])

    def __str__(self) -> str:
        return f"{self.row}/{self.digest}"

    @classmethod
    def parse(cls, subject: str) -> "PolicyChange | None":
        """None for the drift of a grant, whose subject is its row's opaque id."""
        row, _, digest = subject.rpartition("/")
        return cls(row, digest) if subject.startswith(PREFIX) else None


@dataclass(frozen=True, slots=True)
class Undelivered:
    """UNDELIVERED: a kind of message that Slack refuses with this error code. One message per UTC day."""

    notice: str
    code: str
    day: date

    def __str__(self) -> str:
        return f"{self.notice}/{self.code}/{self.day:%Y-%m-%d}"

    @classmethod
    def parse(cls, subject: str) -> "Undelivered":
        notice, code, day = subject.split("/")
        return cls(notice, code, date.fromisoformat(day))
