"""Where keys are used: CloudTrail as the flows read it, and the digests in the ledger."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.catalog import Account
from bot.domain.ids import AccessKeyId, AccountName
from bot.domain.usage.key_usage import Ask, DueKey, Event, Usage


@dataclass(frozen=True, slots=True)
class Page:
    events: tuple[Event, ...]  # newest first
    next: str | None = None  # the token of the next page


class Trail(Protocol):
    """CloudTrail under the account's Reader role. Never called inside a transaction."""

    def events(self, account: Account, key: AccessKeyId, region: str, since: datetime, page: str | None) -> Page:
        """One LookupEvents call: at most 50 events of this key in this region, newest first.

        Raises TrailUnread with the reason.
        """
        ...

    def named(self, account: Account, call: str, region: str, since: datetime, page: str | None) -> Page:
        """The same for the calls of this name, like "CreateUser", by any key; each event says by which."""
        ...

    def wait(self, span: timedelta) -> None:
        """Wait until the next call is allowed."""
        ...


class Usages(Protocol):
    """Digests are shared by all workers and the command line."""

    def of(self, account: AccountName, keys: Collection[AccessKeyId]) -> Mapping[AccessKeyId, Usage]:
        """Those of these keys that were ever read, at any age."""
        ...

    def of_keys(self, keys: Iterable[tuple[AccountName, AccessKeyId]]) -> Mapping[AccessKeyId, Usage]:
        """The same for keys of several accounts, in one statement: those that one message shows."""
        ...

    def store(self, usage: Usage) -> None:
        """Replaces the key's earlier digest."""
        ...

    def claim(self, account: AccountName, key: AccessKeyId, now: datetime) -> bool:
        """True for one worker within CLAIM. A claim of the future came from a wrong clock and counts for nothing."""
        ...

    def due(self, accounts: Collection[AccountName], now: datetime, most: int) -> tuple[DueKey, ...]:
        """Keys with an open finding and both keys of a rotation, issued and found, whose digest isn't fresh.

        Those that were never read come first, and those of an account where a read has just failed come last.
        """
        ...

    def failing(self, now: datetime) -> Collection[AccountName]:
        """Accounts where a read has just failed, or is in progress."""
        ...

    def region_of(self, account: AccountName, key: AccessKeyId) -> str | None:
        """The region of its last use, if the ledger knows it."""
        ...

    def reserve(self, account: str, region: str) -> timedelta:
        """Reserve the next LookupEvents call of this account (its 12-digit id) and region: how long to wait for it.

        Two calls are at least half a second apart, measured with the database's clock.
        """
        ...

    def called(self, account: str, region: str) -> None:
        """The call is made now: where that's later than reserved, the next one keeps its distance from now."""
        ...

    # --- /key usage -----------------------------------------------------------------------------------------------

    def ask(self, ask: Ask) -> bool:
        """False while this person's earlier ask for this key isn't answered."""
        ...

    def get_ask(self, ask: str) -> Ask | None: ...
    def open_asks(self, most: int, *, last: Collection[AccountName] = ()) -> tuple[Ask, ...]:
        """Open ones, the oldest first; those for keys of the accounts in `last` after all others."""
        ...

    def mark_answered(self, ask: str, at: datetime) -> bool:
        """False if it was answered before."""
        ...
