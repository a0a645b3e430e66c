"""Keys created by hand long before Latchkey, for an inventory to find."""

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from moto.iam.models import AccessKeyLastUsed, User

from bot.sandbox.aws.cloudtrail import Trail, Use
from bot.sandbox.aws.principals import Directory


@dataclass(frozen=True, slots=True)
class OldKey:
    user: str
    owner: str  # the IAM tag Slack
    age: timedelta
    idle: timedelta | None = None  # time since its last use; None: what `uses` says, or never
    service: str = "s3"
    region: str = "eu-west-1"
    uses: tuple[Use, ...] = ()  # its history in CloudTrail
    policy: str = ""  # the user's inline policy
    password: bool = False  # the user may sign in to the console


def plant(directory: Directory, old: OldKey) -> str:
    """Create it and return its access key id. moto stores naive datetimes in UTC."""
    user, now = plant_user(directory, old.user, old.owner, old.age), _naive(directory.clock())
    key = directory.backend.create_access_key(old.user)
    key.create_date = user.create_date
    if old.idle is not None:
        key.last_used = AccessKeyLastUsed(now - old.idle, old.service, old.region)
    if old.policy:
        user.put_policy("access", old.policy)
    if old.password:
        user.password = secrets.token_urlsafe(12)
    if old.uses:
        Trail(directory).seed(key.access_key_id, *old.uses)
    return str(key.access_key_id)


def plant_user(directory: Directory, name: str, owner: str, age: timedelta) -> User:
    user = directory.backend.create_user(directory.region, name, "/", [{"Key": "Slack", "Value": owner}])
    user.create_date = _naive(directory.clock()) - age
    return user


def _naive(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
