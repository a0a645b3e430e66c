"""Acting on found keys: two separate AWS roles, and the ledger of adopted keys."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Protocol

from bot.domain.adopted import Adopted, DualApproval
from bot.domain.catalog import Account
from bot.domain.ids import AccessKeyId, AccountName, RequestId, SlackUserId
from bot.domain.issuing.session import RevokedSession


class Responder(Protocol):
    """Deactivates found keys, and deletes them if there is a Deleter role; never reactivates.

    Never called inside a transaction.

    `user_arn` is the full ARN of the IAM user including its path: the session may act on this one user only.
    Raises ForeignUser for Latchkey's own users and principals, Unreadable, AwsRefused, Throttled.
    """

    def switch_off(self, account: Account, user_arn: str, key: AccessKeyId, *, by: str) -> None:
        """UpdateAccessKey, Inactive. Raises AwsRefused NoSuchEntity if the key is gone."""
        ...

    def deny(self, account: Account, user_arn: str, key: AccessKeyId, *, by: str, quarantine: bool = False) -> None:
        """Attach AWSDenyAll, or AWS's quarantine policy, to the IAM user of this leaked key."""
        ...

    def allow(self, account: Account, user_arn: str, key: AccessKeyId, *, by: str) -> None:
        """Detach AWSDenyAll. A quarantine policy stays: AWS may have attached it too."""
        ...

    def end_role_sessions(self, account: Account, role_arn: str, before: datetime, *, by: str) -> None:
        """Deny everything to all sessions of this role from before this time, other people's too."""
        ...

    def delete(self, account: Account, user_arn: str, key: AccessKeyId, *, by: str) -> None:
        """Delete through deleter_role_arn only, and only if that role reads the key as Inactive. A missing key is fine.

        Raises AwsRefused StillActive.
        """
        ...

    def revoke_sessions(
        self, account: Account, role_arn: str, sessions: Sequence[RevokedSession], *, by: str
    ) -> Collection[str]:
        """Make the role's inline policy `latchkey-revoked` deny exactly these sessions, and read it again.

        Returns the names that AWS now denies. If not all fit beside the role's other inline policies, the first ones
        are written. Without sessions, the policy is deleted. For a role that no longer exists, returns all names, as
        its sessions are gone too. Idempotent; writes nothing if the policy is already right.
        """
        ...


class Reactivator(Protocol):
    """The only port that reactivates a found key. Raises as Responder does."""

    def switch_on(self, account: Account, warrant: DualApproval) -> None:
        """UpdateAccessKey, Active, on behalf of the two approvers."""
        ...


class AdoptedKeys(Protocol):
    def add(self, adopted: Adopted) -> bool:
        """False if it is already known."""
        ...

    def get(self, key: str) -> Adopted | None: ...
    def of(self, account: AccountName, users: Sequence[str]) -> tuple[Adopted, ...]:
        """Every row about keys of these users."""
        ...

    def lock(self, key: str) -> Adopted | None:
        """Lock the row and return its current state. First in every transaction that changes it or its approvals."""
        ...

    def set(self, key: str, **columns: object) -> None:
        """Set plain columns, never `state`."""
        ...

    def agree(self, key: str, approver: SlackUserId, at: datetime) -> bool:
        """False if this person has already approved since the last request to reactivate."""
        ...

    def agreed(self, key: str, since: datetime) -> frozenset[SlackUserId]: ...
    def forget_agreements(self, key: str) -> None: ...
    def pending(self, now: datetime, most: int, *, by_clock: bool) -> tuple[Adopted, ...]:
        """Rows with a pending action, oldest first, from people or from the account's own rule."""
        ...

    def retire_due(self, now: datetime, most: int) -> tuple[Adopted, ...]:
        """`on`, past retire_at, without a pending action."""
        ...

    def delete_due(self, now: datetime, most: int) -> tuple[Adopted, ...]:
        """`off`, past delete_at, without a pending action."""
        ...

    def delete_asked(self, now: datetime, most: int) -> tuple[Adopted, ...]:
        """`off`, whose deletion somebody asked for."""
        ...

    def unresolved_gone(self, account: AccountName) -> tuple[Adopted, ...]:
        """Rows whose key an inventory saw is gone, and that aren't resolved yet."""
        ...

    def check_due(self, now: datetime, most: int) -> tuple[Adopted, ...]:
        """Replaced keys whose look_at has passed."""
        ...

    def mark_taken_over(self, of: RequestId, at: datetime) -> None:
        """Store that the overlap with the key that this request replaces began, or that this key no longer exists."""
        ...

    def replacements_collected(self, most: int) -> tuple[tuple[str, RequestId], ...]:
        """Found keys whose replacement became live in between: the key's id and the request."""
        ...

    def replacing_request(self, key: str) -> RequestId | None:
        """The request that replaces this key, undecided or with an approved or active grant."""
        ...

    def deactivated_since(self, account: AccountName, users: Sequence[str], moment: datetime) -> frozenset[str]:
        """Ids of these users' keys that Latchkey deactivated after this time: an older report doesn't show it yet."""
        ...
