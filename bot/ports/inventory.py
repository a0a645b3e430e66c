"""Inventory: reading a whole AWS account, and the ledger of what was found there."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.catalog import Account
from bot.domain.events import Notice
from bot.domain.hygiene.account_report import FindingSpan, Standing
from bot.domain.hygiene.escalation import Next
from bot.domain.hygiene.finding import Finding, FindingKind, Step
from bot.domain.hygiene.inventory import FoundKey, FoundUser, Named, UserSeen
from bot.domain.hygiene.organization import Organization
from bot.domain.hygiene.service_credential import ServiceCredential
from bot.domain.ids import AccessKeyId, AccountName, CredentialId, SlackUserId
from bot.domain.ownership.owner import Ownership
from bot.ports.leaked_keys import LeakedKeys


@dataclass(frozen=True, slots=True)
class Printed:
    """A credential report as AWS returned it, unparsed."""

    content: bytes
    made_at: datetime


class Reader(LeakedKeys, Protocol):
    """The account's Reader role. Never called inside a transaction; raises Unreadable."""

    def report(self, account: Account) -> Printed:
        """The newest report; requests one, and waits while AWS generates it."""
        ...

    def users(self, account: Account) -> tuple[UserSeen, ...]:
        """All IAM users with their tags and policies, from all pages; never a partial list.

        The user that the worker runs as is marked.
        """
        ...

    def organization(self) -> Organization | None:
        """The worker's organization with all accounts, from all pages; None if it is in none.

        Asked with the worker's own credentials.
        """
        ...

    def service_credentials(self, account: Account) -> tuple[ServiceCredential, ...]:
        """The service-specific credentials of all IAM users, from all pages; never a partial list."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """How an account was last read, and when it is read next."""

    account: AccountName
    due_at: datetime
    claimed_until: datetime | None = None
    asked_at: datetime | None = None  # when AWS started to generate the report we wait for
    read_at: datetime | None = None
    report_at: datetime | None = None  # when AWS generated the report we read
    users: int = 0
    keys: int = 0
    problem: str | None = None  # sentence: why the last scan failed
    first_read_at: datetime | None = None


class Inventory(Protocol):
    """Found users and keys. `account` is the catalog's name; rows that are gone stay, with gone_at set."""

    def reading(self, account: AccountName) -> Reading | None: ...
    def schedule_first(self, accounts: Iterable[AccountName], now: datetime) -> None:
        """Accounts that are new to the ledger are due at once."""
        ...

    def due(self, accounts: Collection[AccountName], now: datetime) -> AccountName | None:
        """One of these accounts that is due, the longest overdue first."""
        ...

    def claim(self, account: AccountName, now: datetime, until: datetime) -> bool:
        """True for one worker at a time, until that time; extending it is False once another has it."""
        ...

    def extend_claim(self, account: AccountName, held: datetime, until: datetime) -> bool: ...
    def store_reading(self, reading: Reading) -> None:
        """Store the result of a scan. A problem keeps the earlier results."""
        ...

    def users(self, account: AccountName, names: Sequence[str]) -> Mapping[str, FoundUser]:
        """Those of these users that aren't gone, by name."""
        ...

    def named(self, accounts: Collection[AccountName], name: str) -> tuple[FoundUser, ...]:
        """Users of this name in any of these accounts."""
        ...

    def of_owner(self, owner: str) -> tuple[FoundUser, ...]:
        """Existing users of this owner, by account and name."""
        ...

    def owner_groups(self) -> tuple[str, ...]:
        """The user groups that own an existing user, as subteam-S…."""
        ...

    def ending_in(self, last: str) -> tuple[FoundKey, ...]:
        """Existing keys whose access key id ends in this."""
        ...

    def with_unmatched_tags(self, account: AccountName, most: int) -> tuple[FoundUser, ...]:
        """Users with an owner, and with a tag that matches no one."""
        ...

    def lock(self, account: AccountName, name: str) -> FoundUser | None:
        """Lock it and return its current row: first in every transaction that changes its owner."""
        ...

    def set_owner(self, account: AccountName, name: str, whose: Ownership) -> None: ...
    def keys(self, account: AccountName, names: Sequence[str]) -> tuple[FoundKey, ...]:
        """Keys of these users that aren't gone."""
        ...

    def issued_keys(self, account: AccountName, names: Sequence[str]) -> Mapping[str, tuple[Named, ...]]:
        """Keys that Latchkey issued on these users and that AWS may still have, by user name."""
        ...

    def by_key(self, key: AccessKeyId) -> FoundKey | None: ...
    def any_key(self, account: AccountName) -> AccessKeyId | None: ...
    def get(self, key: str) -> FoundKey | None:
        """By row id."""
        ...

    def active_keys(self, account: AccountName) -> Iterator[Standing]: ...
    def ambiguous_keys(self, account: AccountName, most: int) -> tuple[FoundKey, ...]:
        """Keys that are there, and whose access key ids Latchkey cannot tell."""
        ...

    def store(self, users: Sequence[FoundUser], keys: Sequence[FoundKey], gone: Sequence[str], at: datetime) -> None:
        """Store one batch. `gone` are ids of keys that these users no longer have."""
        ...

    def mark_gone(self, account: AccountName, at: datetime) -> tuple[str, ...]:
        """Mark users and keys that this scan didn't see as gone. Returns the names of the users."""
        ...


class Findings(Protocol):
    def open(self, finding: Finding) -> bool:
        """False if the same finding is already open on this key (or user)."""
        ...

    def get(self, finding: str) -> Finding | None: ...
    def open_of(self, credential: CredentialId) -> tuple[Finding, ...]: ...
    def open_on(self, account: AccountName, users: Sequence[str]) -> tuple[Finding, ...]:
        """Open findings on these IAM users and their keys, except Latchkey's own credentials."""
        ...

    def on_issued_keys(self, account: AccountName) -> tuple[Finding, ...]:
        """Open findings on Latchkey's own credentials in this account."""
        ...

    def of_kind(self, account: AccountName, kind: FindingKind, most: int) -> tuple[Finding, ...]:
        """Open findings, oldest first."""
        ...

    def count_of(self, account: AccountName, kind: FindingKind) -> int: ...
    def transfer(self, account: AccountName, users: Sequence[str], owner: str | None) -> None:
        """Transfer the open findings on keys that Latchkey didn't issue to another owner.

        The first transfer restarts the escalation; later owners continue at the current step.
        """
        ...

    def open_or_closed_since(self, account: AccountName, since: datetime) -> Iterator[FindingSpan]:
        """Findings of this account that are open, or closed at or after this time."""
        ...

    def close(self, finding: str, at: datetime) -> bool: ...

    # Escalation. A finding is due while it is open and its due_at has passed; a kept one is due when its Keep ends.

    def owners_due(self, now: datetime, most: int, accounts: Collection[AccountName] | None = None) -> tuple[str, ...]:
        """People, and user groups as subteam-S…, with findings to report, the longest overdue first."""
        ...

    def due_of(self, owner: str, now: datetime, accounts: Collection[AccountName] | None = None) -> tuple[Finding, ...]:
        """Everything due for this owner (in these accounts), the longest overdue first."""
        ...

    def due(
        self, steps: Collection[Step], accounts: Collection[AccountName], now: datetime, most: int
    ) -> tuple[Finding, ...]:
        """What is due for one of these steps in these accounts, the longest overdue first."""
        ...

    def escalate(self, finding: Finding, after: Next, notice: Notice, subject: str, at: datetime) -> bool:
        """Record that this message reports the finding's step, and schedule the next. False if it was done already."""
        ...

    def mark_previewed(self, finding: Finding, subject: str, at: datetime, until: datetime) -> bool:
        """Record that this preview shows the finding's step, due at `until`. False if a preview already showed it."""
        ...

    def keeps_unreported(self, accounts: Collection[AccountName], most: int) -> tuple[Finding, ...]:
        """Kept findings that aren't in a daily message to the approvers of these accounts yet."""
        ...

    def mark_keep_reported(self, finding: Finding, notice: Notice, subject: str, at: datetime) -> bool:
        """Record that this message shows the Keep; it is no escalation step.

        False if it was already shown or kept again.
        """
        ...

    def lock(self, findings: Iterable[str]) -> None:
        """Lock these before changing any of them, always in the same order, so that no two transactions deadlock."""
        ...

    def postpone(self, findings: Iterable[str], until: datetime) -> None: ...
    def in_message(self, notice: Notice, subject: str) -> tuple[Finding, ...]:
        """The findings in this message, including closed and kept ones, in order of opening."""
        ...

    def messages_of(self, finding: str) -> tuple[tuple[Notice, str], ...]:
        """The messages, by notice and subject, that show this finding."""
        ...

    def delivered(self, finding: Finding) -> tuple[datetime, ...]:
        """For each step of its current round whose message Slack accepted: the first time it was delivered."""
        ...

    def restart_escalations(self, account: AccountName, at: datetime, *, found: bool) -> None:
        """Start a new round for reported open findings that may end in `off`, on found or on own keys."""
        ...

    def restart_escalation(self, finding: str, at: datetime, owner: str | None = None) -> bool:
        """Start a new round, due at this time; with `owner`, for that owner. False if it is closed."""
        ...

    def keep(self, finding: str, until: datetime, why: str, by: SlackUserId) -> bool:
        """Suppress it until then, after which escalation restarts. The approvers still have to be shown it."""
        ...

    def end_keep(self, finding: str, at: datetime) -> bool:
        """End its Keep: escalation restarts at this time. False if it is closed, or isn't kept then."""
        ...
