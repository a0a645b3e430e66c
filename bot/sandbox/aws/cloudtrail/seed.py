"""Calls of the past, for demo and tests: what a key did before the stand-in was started."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Final

from moto.iam.models import AccessKeyLastUsed

from bot.sandbox.aws.cloudtrail import agents
from bot.sandbox.aws.cloudtrail.elements import assumption
from bot.sandbox.aws.cloudtrail.record import AGENT_MOST, of_user
from bot.sandbox.aws.history import GLOBAL, HOME, Recorded
from bot.sandbox.aws.principals import Directory

ABSENT: Final = object()  # a field that the event doesn't have
HOUR = timedelta(hours=1)
ISSUED = {"accessKeyId": "ASIAEXAMPLE000000000", "sessionToken": "a-session-token"}


@dataclass(frozen=True, slots=True)
class Use:
    """One call, or `times` calls: the newest `ago`, each earlier one `every` before the next."""

    service: str  # "s3"
    name: str  # "ListBuckets"
    ago: timedelta
    region: str = "eu-west-1"
    address: str = "203.0.113.7"
    agent: str = agents.CLI
    times: int = 1
    every: timedelta = HOUR
    error: str = ""  # "AccessDenied"
    role: str = ""  # ARN, for AssumeRole
    endpoint: str = ""  # ID of the VPC endpoint
    through: str = ""  # an AWS service that called on the key's behalf: "athena.amazonaws.com"
    changes: Mapping[str, object] = field(default_factory=dict)  # put over the event's JSON; ABSENT removes a field


class Trail:
    """The pretend CloudTrail, as tests and the demo set it up."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory

    @property
    def rate(self) -> int:
        """LookupEvents a second, for each Region."""
        return self._directory.history.rate

    @rate.setter
    def rate(self, each_second: int) -> None:
        self._directory.history.rate = each_second

    @property
    def delay(self) -> timedelta:
        """How late LookupEvents shows a call; AWS says up to 15 minutes."""
        return self._directory.history.delay

    @delay.setter
    def delay(self, late: timedelta) -> None:
        self._directory.history.delay = late

    @property
    def regions_off(self) -> set[str]:
        """Regions that the account hasn't enabled; add to it."""
        return self._directory.history.regions_off

    def seed(self, access_key_id: str, *uses: Use, user: str = "", now: datetime | None = None) -> None:
        """`ago` counts back from `now`. Raises LookupError if the key belongs to no user and none is named."""
        directory, backend = self._directory, self._directory.backend
        owner = backend.users.get(user) if user else backend.get_user_from_access_key_id(access_key_id)
        if owner is None:
            raise LookupError(f"{access_key_id} belongs to no IAM user: create it first, or name a user with `user`.")
        identity = of_user(owner, access_key_id, directory.account)
        now = (now or directory.clock()).replace(microsecond=0)
        for use in uses:
            for number in range(use.times):
                directory.history.add(_recorded(directory, identity, use, now - use.ago - number * use.every))
        _note(directory, access_key_id, min(uses, key=lambda each: each.ago), now)


def _recorded(directory: Directory, identity: dict[str, object], use: Use, at: datetime) -> Recorded:
    request, response, resources = (
        assumption(use.role, "seeded", issued=None if use.error else ISSUED) if use.role else (None, None, ())
    )
    return Recorded(
        directory.history.next_number(),
        at,
        use.service,
        use.name,
        HOME if use.service in GLOBAL else use.region,
        use.through or use.address,
        use.through or use.agent[:AGENT_MOST],
        identity | {"invokedBy": use.through} if use.through else identity,
        error=use.error,
        message="You are not authorized to perform this." if use.error else "",
        request=request,
        response=response,
        endpoint=use.endpoint,
        resources=resources,
        changes=use.changes,
    )


def _note(directory: Directory, access_key_id: str, use: Use, now: datetime) -> None:
    """IAM's last use of the key, unless it already is a later one."""
    at = now - use.ago
    key = directory.backend.access_keys.get(access_key_id)
    naive = at.astimezone(UTC).replace(tzinfo=None)
    if key is None or (key.last_used is not None and key.last_used.timestamp > naive):
        return
    key.last_used = AccessKeyLastUsed(naive, use.service, HOME if use.service in GLOBAL else use.region)
