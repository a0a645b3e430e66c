"""AWS as the flows use it: a grant's user, its keys, and sessions of roles."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.catalog import Account, Entitlement
from bot.domain.drift.difference import DifferenceKind
from bot.domain.drift.observe import Shape, UserSeen
from bot.domain.grant import Grant
from bot.domain.ids import AccessKeyId, SlackUserId
from bot.domain.leaks.leaked_user import Standing
from bot.domain.policies.managed_policy import PolicySeen
from bot.domain.usage.last_accessed import Accessed
from bot.domain.usage.last_used import LastUsed
from bot.secret import Secret


@dataclass(frozen=True, slots=True)
class UserSpec:
    """Everything needed to create the IAM user of a grant."""

    account: Account
    entitlement: Entitlement
    grant: Grant  # with lease_until set
    requester: SlackUserId
    approvers: tuple[str, ...]  # people, or what approved it in their place, like rule:1
    ticket: str | None = None


@dataclass(frozen=True, slots=True)
class NewKey:
    id: AccessKeyId
    secret: Secret
    created_at: datetime


@dataclass(frozen=True, slots=True)
class NewSession:
    id: AccessKeyId
    secret: Secret
    token: Secret
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class KeySeen:
    id: AccessKeyId
    active: bool
    created_at: datetime


class Iam(Protocol):
    """AWS operations on grants' users. Never called inside a transaction.

    Reads raise Unreadable (also for a throttle that outlasts its retries); writes raise AwsRefused, Throttled
    or Doubtful. `by` becomes the SourceIdentity of the role session if the account has roles.
    """

    def prepare(self, spec: UserSpec, *, by: str) -> None:
        """Create the grant's user with boundary, tags, Deny and Allow, in this order; idempotent.

        Raises BoundaryDiffers, ForeignUser. Waits up to 60 s for IAM to show a fresh user.
        """
        ...

    def extend(self, spec: UserSpec, *, by: str) -> None:
        """Set the lease of this spec in the existing user's tag and Deny; idempotent, never creates a user.

        Raises BoundaryDiffers, ForeignUser; if a step before the Deny is refused, the old date stays in force.
        """
        ...

    def create_key(self, account: Account, user: str, *, by: str) -> NewKey:
        """One attempt, never retried. Raises Doubtful if a key may exist, TwoKeys on LimitExceeded."""
        ...

    def device_serial(self, account: Account, name: str) -> str:
        """Serial number of the MFA device mfa/latchkey/`name`. Makes no call."""
        ...

    def create_device(self, account: Account, user: str, serial: str, *, by: str) -> Secret:
        """Create a device and return its Base32 seed, which AWS returns only once. It isn't enabled for a user yet."""
        ...

    def enable_device(self, account: Account, user: str, serial: str, seed: Secret, *, by: str) -> None:
        """Enable it for the user with two consecutive codes. Waits up to 60 s for IAM to show a fresh device."""
        ...

    def drop_device(self, account: Account, user: str, serial: str, *, by: str) -> None:
        """Deactivate and delete it; NoSuchEntity counts as done."""
        ...

    def assume(self, spec: UserSpec, seconds: int, *, name: str, by: str) -> NewSession:
        """Assume the entitlement's role with a session policy that ends with the lease.

        `name` is unique to this session.
        """
        ...

    def session_seconds(self, spec: UserSpec, now: datetime) -> int:
        """How long a session made now would last, at least 900 s.

        Limited by the lease, the role's maximum, and the hour for role chaining.
        """
        ...

    def keys_of(self, account: Account, user: str) -> tuple[KeySeen, ...] | None:
        """All keys, from all pages; None if the user doesn't exist."""
        ...

    def last_used(self, account: Account, key: AccessKeyId) -> LastUsed: ...

    def ask_last_accessed(self, account: Account, user: str) -> str:
        """Ask for service last accessed details of a grant's user; the id of the job. AWS needs a few seconds."""
        ...

    def last_accessed(self, account: Account, job: str) -> Accessed | None:
        """None while AWS works on it. Raises Unreadable, also for a job that failed."""
        ...

    def holder_of(self, account: Account, key: AccessKeyId, user: str) -> str | None:
        """The current name of the IAM user that has this key, or None if AWS has no such key.

        `user` is the one it was created for, which may have been renamed.
        """
        ...

    def set_active(self, account: Account, user: str, key: AccessKeyId, *, active: bool, by: str) -> None:
        """Works also after the user was renamed. A key that AWS doesn't have counts as deactivated."""
        ...

    def delete_key(self, account: Account, user: str, key: AccessKeyId, *, by: str) -> None:
        """Works also after the user was renamed. A key that AWS doesn't have counts as deleted."""
        ...

    def standing(self, account: Account, user: str) -> Standing | None:
        """What is on this IAM user now, as far as AWS answers. None: there is no such user."""
        ...

    def end_sessions(self, account: Account, user: str, key: AccessKeyId, before: datetime, *, by: str) -> None:
        """Deny everything to sessions of this grant's user from before this time. Works also after it was renamed.

        If the Issuer is refused, the Responder attaches AWSDenyAll instead. Raises AwsRefused NoSuchEntity if AWS has
        neither the user nor the key.
        """
        ...

    def allow_sessions(self, account: Account, user: str, key: AccessKeyId, *, by: str) -> None:
        """Take back what `end_sessions` did."""
        ...

    def delete_login(self, account: Account, user: str, key: AccessKeyId, *, by: str) -> None:
        """Remove the console password of this grant's user. None there counts as removed."""
        ...

    def tear_down(
        self, grant: Grant, account: Account, *, keys: Sequence[AccessKeyId] = (), devices: Sequence[str] = (), by: str
    ) -> None:
        """Remove every right, key and device of the user, then the user; each step is idempotent.

        Returns when the user is gone.

        `keys`: those that the ledger hasn't seen deleted. A key that is now on a renamed user is ended there.
        `devices`: serial numbers in the ledger, including devices that were never enabled for the user.
        Raises StillStands if every step was tried and AWS refused some.
        """
        ...

    def user_quota(self, account: Account) -> tuple[int, int]:
        """How many IAM users the account has, and its quota."""
        ...

    def users_under(self, account: Account) -> tuple[str, ...]:
        """Names of all IAM users under /latchkey/, from all pages."""
        ...

    def shape_of(self, entitlement: Entitlement) -> Shape:
        """What `prepare` puts on a user of this entitlement. Makes no call to AWS."""
        ...

    def boundary_of(self, account: Account) -> str:
        """A digest of the boundary that the catalog prints for this account. Makes no call to AWS."""
        ...

    def policy_seen(self, account: Account, arn: str) -> PolicySeen:
        """The default version of a managed policy; MISSING if AWS has no policy with this ARN."""
        ...

    def users_seen(self, account: Account, users: Collection[str]) -> Mapping[str, UserSeen]:
        """Those of these users that exist in AWS, under any path: one call for each 1,000 users of the account."""
        ...

    def repair(self, spec: UserSpec, kind: DifferenceKind, *, by: str) -> None:
        """Restore POLICY, BOUNDARY or TAGS of the existing user from this spec; idempotent, never creates a user.

        Raises BoundaryDiffers, ForeignUser.
        """
        ...
