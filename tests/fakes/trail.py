"""In-memory CloudTrail: events by key and region, paged, and errors on demand."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from bot.domain.catalog import Account
from bot.domain.ids import AccessKeyId
from bot.domain.usage.key_usage import Event, TrailUnread
from bot.ports.usage import Page
from tests.fakes.environment import CalledInTransaction, InTransaction, never

PAGE = 50


def an_event(at: datetime, **changes: str | None) -> Event:
    """A listing of buckets by Terraform, changed where a test says so."""
    made: dict[str, str | None] = {
        "source": "s3.amazonaws.com",
        "name": "ListBuckets",
        "region": "eu-west-1",
        "address": "203.0.113.7",
        "user_agent": "APN/1.0 HashiCorp/1.0 Terraform/1.9.0 (+https://www.terraform.io) aws-sdk-go-v2/1.30.3",
    }
    return Event(at, **made | changes)  # type: ignore[arg-type]


@dataclass
class FakeTrail:
    """`faults` are raised once each, in order."""

    in_transaction: InTransaction = never
    history: dict[tuple[AccessKeyId, str], list[Event]] = field(default_factory=dict)
    faults: list[TrailUnread] = field(default_factory=list)
    calls: list[tuple[AccessKeyId, str, str | None]] = field(default_factory=list)
    names: list[str] = field(default_factory=list)
    waited: list[timedelta] = field(default_factory=list)

    def used(self, key: AccessKeyId, *events: Event) -> None:
        for each in events:
            self.history.setdefault((key, each.region), []).append(each)

    def events(self, account: Account, key: AccessKeyId, region: str, since: datetime, page: str | None) -> Page:
        self.calls.append((key, region, page))
        return self._page(self._of(region, key), since, page)

    def named(self, account: Account, call: str, region: str, since: datetime, page: str | None) -> Page:
        self.names.append(call)
        everybody = {key for key, _ in self.history}
        return self._page(
            [each for key in everybody for each in self._of(region, key) if each.name == call], since, page
        )

    def _of(self, region: str, key: AccessKeyId) -> list[Event]:
        return [replace(each, by=key) for each in self.history.get((key, region), ())]

    def _page(self, events: Iterable[Event], since: datetime, page: str | None) -> Page:
        if self.in_transaction():
            raise CalledInTransaction("Trail.events")
        if self.faults:
            raise self.faults.pop(0)
        found = sorted((each for each in events if each.at >= since), key=lambda e: e.at)
        start = int(page or 0)
        newest = tuple(reversed(found))
        more = str(start + PAGE) if len(newest) > start + PAGE else None
        return Page(newest[start : start + PAGE], more)

    def wait(self, span: timedelta) -> None:
        self.waited.append(span)
