"""What was called in the account, in memory, by access key."""

from collections import defaultdict, deque
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

RATE = 2  # LookupEvents a second, for each account and region (CloudTrail's API reference)
SECOND = timedelta(seconds=1)
HOME = "us-east-1"
GLOBAL = frozenset({"iam", "sts", "organizations"})  # services with one endpoint; their events are in us-east-1


@dataclass(frozen=True, slots=True)
class Recorded:
    """One call. `at` is in whole seconds, as CloudTrail shows it."""

    number: int  # in the order in which they were recorded
    at: datetime
    service: str  # "s3"
    name: str  # "ListBuckets"
    region: str
    address: str  # an IP address, or the name of an AWS service
    agent: str
    identity: Mapping[str, Any]  # CloudTrail's userIdentity
    error: str = ""
    message: str = ""
    request: Mapping[str, Any] | None = None
    response: Mapping[str, Any] | None = None
    endpoint: str = ""  # ID of the VPC endpoint
    resources: tuple[tuple[str, str], ...] = ()  # (type, name)
    changes: Mapping[str, object] = field(default_factory=dict)  # put over the finished event

    @property
    def key(self) -> str:
        return str(self.identity.get("accessKeyId", ""))


class History:
    """The record, and the settings of the pretend CloudTrail."""

    def __init__(self) -> None:
        self._by_key: dict[str, list[Recorded]] = defaultdict(list)
        self._looked_up: dict[str, deque[datetime]] = defaultdict(deque)  # by region
        self._number = 0
        self.clear()

    def clear(self) -> None:
        self._by_key.clear()
        self._looked_up.clear()
        self.rate = RATE
        self.regions_off: set[str] = set()
        self.delay = timedelta(0)  # until a call is shown

    def next_number(self) -> int:
        self._number += 1
        return self._number

    def add(self, event: Recorded) -> None:
        self._by_key[event.key].append(event)

    def of(self, access_key_id: str) -> Iterable[Recorded]:
        return tuple(self._by_key.get(access_key_id, ()))

    def all(self) -> Iterable[Recorded]:
        return tuple(event for events in self._by_key.values() for event in events)

    def may_look_up(self, region: str, now: datetime) -> bool:
        """Counts this look-up, unless the second before `now` already has as many as the rate allows."""
        recent = self._looked_up[region]
        while recent and not now - SECOND < recent[0] <= now:
            recent.popleft()
        if len(recent) >= self.rate:
            return False
        recent.append(now)
        return True
