"""AWS as the flows use it: the user of a grant, its keys, and sessions of roles."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from bot.domain.catalog import Account, Entitlement
from bot.domain.drift import DifferenceKind, Shape, UserSeen
from bot.domain.finding import LastUsed
from bot.domain.grant import Grant
from bot.domain.ids import AccessKeyId, SlackUserId
from bot.domain.managed_policy import PolicySeen
from bot.secret import Secret


@dataclass(frozen=True, slots=True)
class UserSpec:
    """Everything that the IAM user of a grant is made from."""

    account: Account
    entitlement: Entitlement
    grant: Grant  # with lease_until set
    requester: SlackUserId
    approvers: tuple[SlackUserId, ...]


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
    """AWS, at the grain of DESIGN.md §4. Never called inside a transaction.

    Reads raise Unreadable (also for a throttle that outlasts its retries); writes raise AwsRefused, Throttled
    or Doubtful. `by` becomes the SourceIdentity of the role session where the account has roles.
    """

    def prepare(self, spec: UserSpec, *, by: str) -> None:
        """The grant's user with boundary, tags, Deny and Allow, in this order; harmless when repeated.

        Raises BoundaryDiffers, ForeignUser. Waits up to 60 s for IAM to show a fresh user.
        """
        ...

    def extend(self, spec: UserSpec, *, by: str) -> None:
        """Tag and Deny of the standing user say the lease of this spec; harmless when repeated, makes no user.

        Raises BoundaryDiffers, ForeignUser; what is refused before the Deny leaves the old date standing.
        """
        ...

    def create_key(self, account: Account, user: str, *, by: str) -> NewKey:
        """One attempt, never re-sent. Raises Doubtful when a key may exist, TwoKeys on LimitExceeded."""
        ...

    def device_serial(self, account: Account, name: str) -> str:
        """Of the MFA device mfa/latchkey/`name`. Asks nobody."""
        ...

    def create_device(self, account: Account, user: str, serial: str, *, by: str) -> Secret:
        """Its Base32 seed, which AWS says this once. It is on no user yet."""
        ...

    def enable_device(self, account: Account, user: str, serial: str, seed: Secret, *, by: str) -> None:
        """On the user, by two codes in a row. Waits up to 60 s for IAM to show a fresh device."""
        ...

    def drop_device(self, account: Account, user: str, serial: str, *, by: str) -> None:
        """Off the user and away; NoSuchEntity counts as done."""
        ...

    def assume(self, spec: UserSpec, seconds: int, *, name: str, by: str) -> NewSession:
        """The entitlement's role under the session policy of DESIGN.md §4. `name` is this session's alone."""
        ...

    def session_seconds(self, spec: UserSpec, now: datetime) -> int:
        """How long a session made now would last: the lease, the role's maximum, chaining's hour, at least 900."""
        ...

    def keys_of(self, account: Account, user: str) -> tuple[KeySeen, ...] | None:
        """All keys, all pages; None when the user does not exist."""
        ...

    def last_used(self, account: Account, key: AccessKeyId) -> LastUsed: ...

    def holder_of(self, account: Account, key: AccessKeyId, user: str) -> str | None:
        """The name of the IAM user that holds this key by now; None when AWS has no such key.

        `user` is the one that it was made for, which somebody may have renamed.
        """
        ...

    def set_active(self, account: Account, user: str, key: AccessKeyId, *, active: bool, by: str) -> None:
        """Also where the user was renamed. A key that AWS does not have at all counts as switched off."""
        ...

    def delete_key(self, account: Account, user: str, key: AccessKeyId, *, by: str) -> None:
        """Also where the user was renamed. A key that AWS does not have at all counts as deleted."""
        ...

    def tear_down(
        self, grant: Grant, account: Account, *, keys: Sequence[AccessKeyId] = (), devices: Sequence[str] = (), by: str
    ) -> None:
        """The whole of DESIGN.md §4's revoke, each step harmless when repeated; returns when the user is gone.

        `keys`: those that the ledger has not seen deleted. One that AWS has on a renamed user is ended there.
        `devices`: serial numbers that the ledger knows, also of such as never came to be on the user.
        Raises StillStands when every step was tried and AWS refused some.
        """
        ...

    def room(self, account: Account) -> tuple[int, int]:
        """How many IAM users the account has, and how many AWS lets it have."""
        ...

    def users_under(self, account: Account) -> tuple[str, ...]:
        """Names of all IAM users under /latchkey/, all pages."""
        ...

    def shape_of(self, entitlement: Entitlement) -> Shape:
        """What `prepare` puts on a user of this entitlement. Asks nothing of AWS."""
        ...

    def boundary_of(self, account: Account) -> str:
        """A digest of the boundary that the catalog prints for this account. Asks nothing of AWS."""
        ...

    def policy_seen(self, account: Account, arn: str) -> PolicySeen:
        """The default version of a managed policy; MISSING where AWS has none of this ARN."""
        ...

    def users_seen(self, account: Account, users: Collection[str]) -> Mapping[str, UserSeen]:
        """Those of these users that AWS has, in whatever path: one call for each 1,000 users of the account."""
        ...

    def mend(self, spec: UserSpec, kind: DifferenceKind, *, by: str) -> None:
        """POLICY, BOUNDARY or TAGS of the standing user say this spec again; harmless when repeated, makes no user.

        Raises BoundaryDiffers, ForeignUser.
        """
        ...
