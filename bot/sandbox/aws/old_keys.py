"""Keys created by hand long before Latchkey, for an inventory to find."""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from moto.iam.models import AccessKeyLastUsed

from bot.sandbox.aws.principals import Directory

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class OldKey:
    user: str
    owner: str  # the IAM tag Slack
    age: timedelta
    idle: timedelta | None  # time since its last use; None: never used
    service: str = "s3"
    region: str = "eu-west-1"


DEMO = (
    OldKey("old-laptop", "U01ALICE", 410 * DAY, None),
    OldKey("reports-nightly", "U01ALICE", 730 * DAY, timedelta(minutes=12)),
    OldKey("ci-deploy", "U04DAVE", 300 * DAY, 95 * DAY, "ecr", "eu-central-1"),
)


def plant(directory: Directory, old: OldKey) -> str:
    """Create it and return its access key id. moto stores naive datetimes in UTC."""
    backend, now = directory.backend, directory.clock().astimezone(UTC).replace(tzinfo=None, microsecond=0)
    user = backend.create_user(directory.region, old.user, "/", [{"Key": "Slack", "Value": old.owner}])
    key = backend.create_access_key(old.user)
    user.create_date = key.create_date = now - old.age
    if old.idle is not None:
        key.last_used = AccessKeyLastUsed(now - old.idle, old.service, old.region)
    return str(key.access_key_id)


def note_use(directory: Directory, access_key_id: str, at: datetime, service: str) -> None:
    naive = at.astimezone(UTC).replace(tzinfo=None, microsecond=0)
    directory.backend.access_keys[access_key_id].last_used = AccessKeyLastUsed(naive, service, directory.region)
