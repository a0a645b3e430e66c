"""What inventory needs from outside: AWS as a whole account is read, and the ledger of what was found there."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.account_report import Standing, Told
from bot.domain.catalog import Account
from bot.domain.escalation import Next
from bot.domain.events import Notice
from bot.domain.finding import Finding, FindingKind, Rung
from bot.domain.ids import AccessKeyId, AccountName, CredentialId, SlackUserId
from bot.domain.inventory import FoundKey, FoundUser, Named, UserSeen
from bot.domain.ownership import Ownership


@dataclass(frozen=True, slots=True)
class Printed:
    """A credential report as AWS handed it out, unread."""

    content: bytes
    made_at: datetime


class Reader(Protocol):
    """The Reader role of DESIGN.md §4. Never called inside a transaction; raises Unreadable."""

    def report(self, account: Account) -> Printed:
        """The youngest that AWS gives out: asked for, and waited for while AWS is making it."""
        ...

    def users(self, account: Account) -> tuple[UserSeen, ...]:
        """All IAM users with their tags and the names of their attached policies: all pages, or none.

        The one that the worker runs on is marked.
        """
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """How an account was last read, and when it is read next."""

    account: AccountName
    due_at: datetime
    claimed_until: datetime | None = None
    asked_at: datetime | None = None  # since when AWS is making the report that we wait for
    read_at: datetime | None = None
    report_at: datetime | None = None  # when AWS made the report that was read
    users: int = 0
    keys: int = 0
    problem: str | None = None  # a sentence: why the last reading came to nothing
    first_read_at: datetime | None = None


class Inventory(Protocol):
    """Found users and keys. `account` is the catalog's name; what is gone stays, with its gone_at."""

    def reading(self, account: AccountName) -> Reading | None: ...
    def await_first(self, accounts: Iterable[AccountName], now: datetime) -> None:
        """Accounts that the ledger does not know yet are due at once."""
        ...

    def due(self, accounts: Collection[AccountName], now: datetime) -> AccountName | None:
        """One of these that is due, the longest overdue first."""
        ...

    def claim(self, account: AccountName, now: datetime, until: datetime) -> bool:
        """True for one at a time: until then nobody else reads this account. `read` gives it back."""
        ...

    def read(self, reading: Reading) -> None:
        """Write down how it went. A problem leaves what was read before."""
        ...

    def users(self, account: AccountName, names: Sequence[str]) -> Mapping[str, FoundUser]:
        """Those of these that are not gone, by name."""
        ...

    def named(self, accounts: Collection[AccountName], name: str) -> tuple[FoundUser, ...]:
        """Those of this name in any of these accounts."""
        ...

    def of_owner(self, owner: str) -> tuple[FoundUser, ...]:
        """Those that stand, by account and name."""
        ...

    def doubtful(self, account: AccountName, most: int) -> tuple[FoundUser, ...]:
        """Those with an owner, and with a tag that names nobody."""
        ...

    def lock(self, account: AccountName, name: str) -> FoundUser | None:
        """Lock it, and return it as it now is: first in every transaction that changes whose it is."""
        ...

    def hand(self, account: AccountName, name: str, whose: Ownership) -> None: ...
    def keys(self, account: AccountName, names: Sequence[str]) -> tuple[FoundKey, ...]:
        """The keys of these users that are not gone."""
        ...

    def own(self, account: AccountName, names: Sequence[str]) -> Mapping[str, tuple[Named, ...]]:
        """What Latchkey itself made on these users and AWS may still hold, by user name."""
        ...

    def by_key(self, key: AccessKeyId) -> FoundKey | None: ...
    def get(self, key: str) -> FoundKey | None:
        """By the row's own id."""
        ...

    def standing(self, account: AccountName) -> Iterator[Standing]:
        """Its active keys, one after the other."""
        ...

    def unclear(self, account: AccountName, most: int) -> tuple[FoundKey, ...]: ...
    def keep(self, users: Sequence[FoundUser], keys: Sequence[FoundKey], gone: Sequence[str], at: datetime) -> None:
        """One batch. `gone` are ids of keys that these users no longer have."""
        ...

    def gone_since(self, account: AccountName, at: datetime) -> tuple[str, ...]:
        """Users and keys that the reading of this moment did not see are gone. Returns the names of the users."""
        ...


class Findings(Protocol):
    def open(self, finding: Finding) -> bool:
        """False when the same finding is open already on this key (or user)."""
        ...

    def get(self, finding: str) -> Finding | None: ...
    def open_of(self, credential: CredentialId) -> tuple[Finding, ...]: ...
    def open_on(self, account: AccountName, users: Sequence[str]) -> tuple[Finding, ...]:
        """On these IAM users and their keys, but for Latchkey's own credentials."""
        ...

    def own(self, account: AccountName) -> tuple[Finding, ...]:
        """Open ones on Latchkey's own credentials in this account."""
        ...

    def of_kind(self, account: AccountName, kind: FindingKind, most: int) -> tuple[Finding, ...]:
        """Open ones, the oldest first."""
        ...

    def count_of(self, account: AccountName, kind: FindingKind) -> int: ...
    def hand(self, account: AccountName, users: Sequence[str], owner: str | None) -> None:
        """What is open there on keys that Latchkey did not make is another owner's now.

        The first time it begins anew; later owners find it at the stage where it is.
        """
        ...

    def within(self, account: AccountName, since: datetime) -> Iterator[Told]:
        """Of this account: open, or closed no earlier."""
        ...

    def close(self, finding: str, at: datetime) -> bool: ...

    # Stages. A finding is due while it is open and its due_at has come; what is kept until a day is due then.

    def owners_due(self, now: datetime, most: int, accounts: Collection[AccountName] | None = None) -> tuple[str, ...]:
        """People, and user groups as subteam-S…, with something to hear: the longest overdue first."""
        ...

    def due_of(self, owner: str, now: datetime, accounts: Collection[AccountName] | None = None) -> tuple[Finding, ...]:
        """All that this owner is to hear (of these accounts), the longest overdue first."""
        ...

    def due(
        self, rungs: Collection[Rung], accounts: Collection[AccountName], now: datetime, most: int
    ) -> tuple[Finding, ...]:
        """What is due for one of these rungs in these accounts, the longest overdue first."""
        ...

    def climb(self, finding: Finding, after: Next, notice: Notice, subject: str, at: datetime) -> bool:
        """The finding's rung is told by this message, and the next one follows. False: somebody was first."""
        ...

    def foretell(self, finding: Finding, subject: str, at: datetime, until: datetime) -> bool:
        """The finding's rung is shown in this preview, and due at `until`. False where a preview showed it before."""
        ...

    def keeps_untold(self, accounts: Collection[AccountName], most: int) -> tuple[Finding, ...]:
        """Kept, and not yet in a daily message of the approvers of these accounts."""
        ...

    def tell_keep(self, finding: Finding, notice: Notice, subject: str, at: datetime) -> bool:
        """This message shows the Keep; it is no stage. False where somebody was first, or it was kept anew."""
        ...

    def lock(self, findings: Iterable[str]) -> None:
        """Lock these before any of them is changed, always in the same order, so that no two transactions deadlock."""
        ...

    def put_off(self, findings: Iterable[str], until: datetime) -> None: ...
    def told_in(self, notice: Notice, subject: str) -> tuple[Finding, ...]:
        """What this message tells, closed and kept ones included, in the order of their opening."""
        ...

    def shown_in(self, finding: str) -> tuple[tuple[Notice, str], ...]:
        """The messages, by notice and subject, that tell of this finding."""
        ...

    def delivered(self, finding: Finding) -> tuple[datetime, ...]:
        """Of each stage of its present round whose message Slack took: when, at the first of its places."""
        ...

    def announce_anew(self, account: AccountName, at: datetime, *, found: bool) -> None:
        """Open findings that may end in `off` and were told already begin a new round: on found or on own keys."""
        ...

    def begin_again(self, finding: str, at: datetime, owner: str | None = None) -> bool:
        """A new round, due at this moment; with `owner`, as this one's. False where it is closed."""
        ...

    def keep(self, finding: str, until: datetime, why: str, by: SlackUserId) -> bool:
        """Nothing is said until then, and from then on everything anew. The approvers have yet to see it."""
        ...
