"""Sessions: the worker assumes an entitlement's role with a session policy that ends with the lease."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from botocore.exceptions import ClientError

from bot.aws.accounts import Accounts
from bot.aws.errors import code_of, writing
from bot.aws.policies import session_policy
from bot.domain.ids import AccessKeyId
from bot.ports import NewSession, UserSpec
from bot.secret import Secret

LEAST_SECONDS = 900  # AWS's minimum
CHAINED_SECONDS = HOUR = 3600  # role chaining limits a session to one hour; every role allows that much
MOST_SECONDS = 12 * HOUR


def seconds(accounts: Accounts, spec: UserSpec, now: datetime) -> int:
    """The rest of the lease, limited by the role maximum and, if the worker has a role, to an hour; at least 900."""
    lease = spec.grant.lease_until
    left = int(((lease - now) if lease else spec.grant.duration).total_seconds())
    most = CHAINED_SECONDS if _chained(accounts) else MOST_SECONDS
    return max(LEAST_SECONDS, min(left, most))


def _chained(accounts: Accounts) -> bool:
    return ":assumed-role/" in accounts.caller()


def assume(accounts: Accounts, spec: UserSpec, wanted: int, *, name: str, by: str) -> NewSession:
    """For as long as requested, or the most whole hours the role allows: only AWS knows its maximum."""
    with writing("AssumeRole"):
        found = _longest(accounts, spec, wanted, name, by)
    return NewSession(
        AccessKeyId(found["AccessKeyId"]),
        Secret(found["SecretAccessKey"]),
        Secret(found["SessionToken"]),
        found["Expiration"].astimezone(UTC),
    )


def _longest(accounts: Accounts, spec: UserSpec, wanted: int, name: str, by: str) -> Any:
    shorter = _shorter(wanted)
    while True:
        try:
            return _assume(accounts, spec, wanted, name, by)
        except ClientError as error:
            wanted = next(shorter, 0) if _too_long(error) else 0
            if not wanted:
                raise


def _shorter(wanted: int) -> Iterator[int]:
    return (hours * HOUR for hours in range((wanted - 1) // HOUR, 0, -1))


def _too_long(error: ClientError) -> bool:
    return code_of(error) == "ValidationError" and "DurationSeconds" in str(error)


def _assume(accounts: Accounts, spec: UserSpec, wanted: int, name: str, by: str) -> Any:
    lease, role = spec.grant.lease_until, spec.entitlement.role_arn
    if lease is None or role is None:
        raise ValueError("a session needs a role and a fixed lease")
    policy = session_policy(spec.entitlement, lease)
    return accounts.assume(spec.account, role, by=by, seconds=wanted, name=name, policy=policy)
