"""Sessions: the role of an entitlement, assumed by the worker itself under a policy that ends with the lease."""

from datetime import UTC, datetime
from typing import Any

from bot.aws.accounts import Accounts, identity
from bot.aws.documents import compact, session_policy
from bot.aws.errors import reading, writing
from bot.domain.errors import AwsRefused
from bot.domain.ids import AccessKeyId
from bot.ports import NewSession, UserSpec
from bot.secret import Secret

LEAST_SECONDS = 900  # AWS's minimum
CHAINED_SECONDS = 3600  # role chaining caps a session at one hour
MOST_SECONDS = 12 * 3600


def seconds(accounts: Accounts, spec: UserSpec, now: datetime) -> int:
    """The lease, at most the role's maximum, at most an hour if the worker itself runs on a role, at least 900."""
    lease = spec.grant.lease_until
    left = MOST_SECONDS if lease is None else int((lease - now).total_seconds())
    most = CHAINED_SECONDS if _chained(accounts) else MOST_SECONDS
    return max(LEAST_SECONDS, min(left, most))


def _chained(accounts: Accounts) -> bool:
    with reading("GetCallerIdentity"):
        return ":assumed-role/" in accounts.sts().get_caller_identity()["Arn"]


def assume(accounts: Accounts, spec: UserSpec, wanted: int, *, by: str) -> NewSession:
    """A role whose maximum is shorter than asked for gets a second try at one hour, which every role allows."""
    try:
        return _assume(accounts, spec, wanted, by=by)
    except AwsRefused as refused:
        if refused.code != "ValidationError" or wanted <= CHAINED_SECONDS:
            raise
        return _assume(accounts, spec, CHAINED_SECONDS, by=by)


def _assume(accounts: Accounts, spec: UserSpec, wanted: int, *, by: str) -> NewSession:
    lease = spec.grant.lease_until
    if lease is None or spec.entitlement.role_arn is None:
        raise ValueError("a session needs a role and a fixed lease")
    words: Any = {"ExternalId": spec.account.external_id} if spec.account.external_id else {}
    with writing("AssumeRole"):
        found = accounts.sts().assume_role(
            RoleArn=spec.entitlement.role_arn,
            RoleSessionName=identity(f"{by}-{spec.grant.id}"),
            SourceIdentity=identity(by),
            DurationSeconds=wanted,
            Policy=compact(session_policy(spec.entitlement, lease)),
            **words,
        )["Credentials"]
    return NewSession(
        AccessKeyId(found["AccessKeyId"]),
        Secret(found["SecretAccessKey"]),
        Secret(found["SessionToken"]),
        found["Expiration"].astimezone(UTC),
    )
