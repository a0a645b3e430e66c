"""The protocol of a key that Latchkey acts on: one that it issued (issuing), or a found one (adopted)."""

from datetime import datetime
from typing import Protocol

from bot.domain.catalog import Account
from bot.domain.credential import Credential
from bot.domain.errors import AwsError
from bot.domain.ids import AccessKeyId
from bot.domain.keys.switchover import Replaced
from bot.domain.usage.last_used import LastUsed
from bot.flows.context import AwsContext
from bot.ports import Transaction


class ManagedKey(Protocol):
    """One key as it was read, with what acting on it needs."""

    @property
    def context(self) -> AwsContext: ...
    @property
    def account(self) -> Account: ...
    @property
    def id(self) -> AccessKeyId: ...
    @property
    def subject(self) -> str:
        """Its row's id, which also names its pending call."""
        ...

    def not_found(self) -> None:
        """Record that AWS has no such key any more."""
        ...

    def failed(self, error: AwsError) -> None:
        """Try again later, after the other keys."""
        ...


class ReplacedKey(ManagedKey, Protocol):
    """The old key of a switch-over."""

    @property
    def row(self) -> Replaced: ...
    @property
    def created_at(self) -> datetime: ...
    def lock(self, tx: Transaction) -> Replaced | None:
        """Lock it and read it again."""
        ...

    def replacement(self, tx: Transaction) -> Credential | None:
        """The key that replaces it. None when there is none any more, or its grant is over."""
        ...

    def set(self, tx: Transaction, **columns: object) -> None:
        """Plain columns of its row, never `state`."""
        ...

    def note_use(self, tx: Transaction, used: LastUsed | None) -> None:
        """Keep what AWS said about its last use. None: AWS didn't say."""
        ...

    def refresh(self, tx: Transaction) -> None:
        """Bring its messages up to date."""
        ...
