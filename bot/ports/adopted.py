"""What acting on found keys needs from outside: two hands in AWS, kept apart, and the ledger of adopted keys."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.adopted import Adopted, DualApproval
from bot.domain.catalog import Account
from bot.domain.ids import AccessKeyId, AccountName, RequestId, SlackUserId
from bot.domain.session import RevokedSession


class Responder(Protocol):
    """Off, and where there is a Deleter away: never on. Never called inside a transaction.

    `user_arn` is the whole ARN of the IAM user, path and all: the session of an act is good for this one user alone.
    Raises ForeignUser for Latchkey's own users and principals, Unreadable, AwsRefused, Throttled.
    """

    def switch_off(self, account: Account, user_arn: str, key: AccessKeyId, *, by: str) -> None:
        """UpdateAccessKey, Inactive. Raises AwsRefused NoSuchEntity for a key that is gone."""
        ...

    def delete(self, account: Account, user_arn: str, key: AccessKeyId, *, by: str) -> None:
        """Through deleter_role_arn alone, and only what that role itself sees Inactive; gone is done.

        Raises AwsRefused StillActive.
        """
        ...

    def revoke_sessions(
        self, account: Account, role_arn: str, sessions: Sequence[RevokedSession], *, by: str
    ) -> Collection[str]:
        """Make the role's inline policy `latchkey-revoked` deny exactly these sessions, and read it again.

        Returns the names that AWS refuses now. Where not all fit beside the role's other inline policies, the first
        ones do. No sessions: the policy is deleted. All names for a role that is gone, as its sessions are with it.
        Harmless when repeated, and writes nothing that stands there already.
        """
        ...


class Reactivator(Protocol):
    """The one hand that switches a found key on again. Raises as Responder does."""

    def switch_on(self, account: Account, warrant: DualApproval) -> None:
        """UpdateAccessKey, Active, in the names of the two who agreed."""
        ...


class AdoptedKeys(Protocol):
    def add(self, adopted: Adopted) -> bool:
        """False when it is known already."""
        ...

    def get(self, key: str) -> Adopted | None: ...
    def lock(self, key: str) -> Adopted | None:
        """Lock it, and return it as it now is. First in every transaction that changes it or its agreements."""
        ...

    def set(self, key: str, **columns: object) -> None:
        """Plain columns, never `state`."""
        ...

    def agree(self, key: str, approver: SlackUserId, at: datetime) -> bool:
        """False when this person has agreed since it was last asked."""
        ...

    def agreed(self, key: str, since: datetime) -> frozenset[SlackUserId]: ...
    def forget_agreements(self, key: str) -> None: ...
    def wished(self, now: datetime, most: int, *, by_clock: bool) -> tuple[Adopted, ...]:
        """With a wish, the longest waiting first: of people, or of the account's own rule."""
        ...

    def retire_due(self, now: datetime, most: int) -> tuple[Adopted, ...]:
        """`on`, past retire_at, with no wish in the way."""
        ...

    def delete_due(self, now: datetime, most: int) -> tuple[Adopted, ...]:
        """`off`, past delete_at, with no wish in the way."""
        ...

    def lost(self, account: AccountName) -> tuple[Adopted, ...]:
        """Whose key an inventory saw is gone, and which aren't settled yet."""
        ...

    def to_look_at(self, now: datetime, most: int) -> tuple[Adopted, ...]:
        """Replaced ones whose look_at has come."""
        ...

    def taken_over(self, of: RequestId, at: datetime) -> None:
        """The overlap of the key that this request replaces has begun, or there is no such key any more."""
        ...

    def collected(self, most: int) -> tuple[tuple[str, RequestId], ...]:
        """Found keys whose replacement is live since a moment ago: the key's id and the request."""
        ...

    def replacement(self, key: str) -> RequestId | None:
        """A request in whose grant's, or coming grant's, place this key stands already."""
        ...

    def off_since(self, account: AccountName, users: Sequence[str], moment: datetime) -> frozenset[str]:
        """Ids of these users' keys that Latchkey switched off later than this: an older report does not know it."""
        ...
