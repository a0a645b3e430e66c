"""Where a key is used: a digest of its CloudTrail events of the last 90 days, never the events themselves.

CloudTrail's event history has management events only. A key without events may still read S3 objects all day, so
silence is unknown, and never leads to an action.
"""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from bot.domain.catalog import Account
from bot.domain.errors import Unreadable
from bot.domain.ids import AccessKeyId, AccountName, SlackUserId
from bot.domain.schedule import CLOCKS_DIFFER
from bot.domain.usage.network import network_of
from bot.domain.usage.user_agent import CI_SERVICES, Tool, is_service, read

WINDOW = timedelta(days=90)  # CloudTrail's event history holds no more
FRESH = timedelta(hours=6)  # a digest younger than this isn't read again
UNREAD_FRESH = timedelta(minutes=30)  # the same where it couldn't be read: an admin may have fixed that
CLAIM = timedelta(minutes=2)  # how long one worker has to read a key, and how soon a failed read is tried again
PAGES_MOST = 2  # LookupEvents calls for one key in one run, all regions together
NETWORKS_MOST = 5
LISTED_MOST = 10  # of everything else that is counted
DENIALS = frozenset({"AccessDenied", "AccessDeniedException", "UnauthorizedOperation", "Client.UnauthorizedOperation"})
SERVICE = ".amazonaws.com"
GLOBAL = frozenset({"iam", "sts"})  # services
HOME_REGION: Mapping[str, str] = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}
"""Where CloudTrail keeps the events of IAM and of the global STS endpoint, for each partition."""


@dataclass(frozen=True, slots=True)
class Event:
    """One CloudTrail management event, trimmed and made safe."""

    at: datetime
    source: str  # event source, e.g. "s3.amazonaws.com"
    name: str
    region: str
    address: str  # an IP address or the name of an AWS service
    user_agent: str
    error: str | None = None
    assumed_role: str | None = None  # ARN, for AssumeRole*
    user: str | None = None  # IAM user name
    vpc_endpoint: str | None = None
    by: AccessKeyId | None = None  # the key, or the session's, that called
    target: str | None = None  # what the call is about: a user, a role, a bucket, instances
    detail: str | None = None  # what it gave or took: a policy, a group, a status
    key: AccessKeyId | None = None  # the access key or session that it made or changed
    read_only: bool | None = None  # as CloudTrail says; None: it doesn't


@dataclass(frozen=True, slots=True)
class Count:
    name: str
    calls: int


class Unread(StrEnum):
    """Why nothing could be read."""

    DENIED = "denied"  # the Reader role has no cloudtrail:LookupEvents
    THROTTLED = "throttled"
    REGION_OFF = "region-off"  # the account has disabled the region of the key's last use
    TURNED_OFF = "turned-off"  # `usage = false` in the catalog
    FAILED = "failed"


TRANSIENT = frozenset({Unread.THROTTLED, Unread.FAILED, Unread.TURNED_OFF})
"""Read again as soon as possible. Meanwhile an earlier digest stays."""


class TrailUnread(Unreadable):
    """CloudTrail couldn't be read, so the usage is unknown."""

    def __init__(self, why: Unread, code: str = "") -> None:
        super().__init__("LookupEvents", code)
        self.why = why


@dataclass(frozen=True, slots=True)
class Usage:
    """The digest of one key."""

    account: AccountName
    access_key_id: AccessKeyId
    read_at: datetime
    since: datetime  # start of the window that was asked for (90 days)
    unread: Unread | None = None  # set: everything below is unknown
    complete: bool = True  # False: only the newest pages were read
    first_seen: datetime | None = None
    last_seen: datetime | None = None
    calls: int = 0
    denied: int = 0  # of these calls, refused for lack of rights
    services: tuple[Count, ...] = ()  # by prefix, like "s3"
    regions: tuple[Count, ...] = ()
    networks: tuple[Count, ...] = ()  # at most 5, CIDR (/24, /48), most calls first; AWS services aren't networks
    tools: tuple[Count, ...] = ()  # "Terraform 1.9", "AWS CLI 2.15", "GitHub Actions", "an AWS service", …
    roles: tuple[Count, ...] = ()  # ARNs of roles assumed with the key
    in_aws: str | None = None  # evidence that it runs in AWS: "exec-env/…", a VPC endpoint, an Amazon Linux kernel
    services_through: tuple[Count, ...] = ()  # AWS services that called on its behalf
    day_networks: int = 0  # most networks within one UTC day, without those of a CI service's jobs
    day_people: int = 0  # most workstations within one UTC day, by system and version of the tool

    @property
    def known(self) -> bool:
        return self.unread is None

    def is_fresh(self, now: datetime) -> bool:
        """False also for a time in the future, which came from a wrong clock."""
        lasts = FRESH if self.known else UNREAD_FRESH
        return self.unread not in TRANSIENT and now - lasts < self.read_at <= now + CLOCKS_DIFFER

    @property
    def region(self) -> str | None:
        """Where it is used most. IAM's and STS's calls all stand in us-east-1, wherever they come from."""
        everywhere = sum(each.calls for each in self.services if each.name in GLOBAL)
        calls = {
            each.name: each.calls - (everywhere if each.name in HOME_REGION.values() else 0) for each in self.regions
        }
        return max(calls, key=lambda each: calls[each], default=None)

    @property
    def silent(self) -> bool:
        """Read, but no event: the use is unknown."""
        return self.known and self.calls == 0


@dataclass(frozen=True, slots=True)
class DueKey:
    """A key whose usage is read next."""

    account: AccountName
    access_key_id: AccessKeyId


@dataclass(frozen=True, slots=True)
class Ask:
    """Someone asked for the usage of a key; the worker reads it and answers."""

    id: str
    account: AccountName
    access_key_id: AccessKeyId
    asked_by: SlackUserId
    asked_at: datetime
    answered_at: datetime | None = None


def home_region(account: Account) -> str:
    return HOME_REGION.get(account.partition, HOME_REGION["aws"])


def unread(account: AccountName, key: AccessKeyId, why: Unread, now: datetime) -> Usage:
    return Usage(account, key, now, now - WINDOW, why)


def digest(
    account: AccountName,
    key: AccessKeyId,
    events: Iterable[Event],
    *,
    read_at: datetime,
    since: datetime,
    complete: bool,
) -> Usage:
    """An event of the future counts as one of now, because clocks differ; one before `since` is left out."""
    found = [each for each in events if each.at >= since]
    times = [min(each.at, read_at) for each in found]
    tools = [read(each.user_agent, each.address) for each in found]
    networks = [network_of(each.address) for each in found]
    return Usage(
        account,
        key,
        read_at,
        since,
        complete=complete,
        first_seen=min(times, default=None),
        last_seen=max(times, default=None),
        calls=len(found),
        denied=sum(each.error in DENIALS for each in found),
        services=counted(each.source.removesuffix(SERVICE) for each in found),
        regions=counted(each.region for each in found),
        networks=counted(networks, NETWORKS_MOST),
        tools=counted(each.name for each in tools),
        roles=counted(each.assumed_role for each in found if each.error is None),
        in_aws=_in_aws(found, tools),
        services_through=counted(each.address if is_service(each.address) else None for each in found),
        day_networks=_most_in_a_day(times, networks, tools),
        day_people=_people(times, tools),
    )


def _in_aws(events: list[Event], tools: list[Tool]) -> str | None:
    """The newest evidence."""
    found = ((event.at, tool.in_aws or event.vpc_endpoint) for event, tool in zip(events, tools, strict=True))
    return max(((at, said) for at, said in found if said), default=(None, None))[1]


def _most_in_a_day(times: list[datetime], networks: list[str | None], tools: list[Tool]) -> int:
    """Of IPv4 or IPv6, whichever are more: one host with both isn't in two places.

    A CI service runs each job on another machine, so the networks of its jobs don't count.
    """
    days: defaultdict[tuple[date, bool], set[str]] = defaultdict(set)
    jobs: defaultdict[tuple[date, bool], set[str]] = defaultdict(set)
    for at, network, tool in zip(times, networks, tools, strict=True):
        if network is not None:
            (jobs if tool.name in CI_SERVICES else days)[at.date(), ":" in network].add(network)
    return max((len(found - jobs[day]) for day, found in days.items()), default=0)


def _people(times: list[datetime], tools: list[Tool]) -> int:
    """Workstations in a day. On one system, two versions of the AWS CLI are two; two different tools are one."""
    days: defaultdict[date, defaultdict[str, set[Hashable]]] = defaultdict(lambda: defaultdict(set))
    for at, tool in zip(times, tools, strict=True):
        if tool.workstation is not None:
            days[at.date()][tool.workstation].add(tool.cli_version)
    return max((sum(_at_least_one(each) for each in day.values()) for day in days.values()), default=0)


def _at_least_one(versions: set[Hashable]) -> int:
    return len(versions - {None}) or 1


def counted(names: Iterable[str | None], most: int = LISTED_MOST) -> tuple[Count, ...]:
    """Most calls first; of equally many, by name."""
    counts = Counter(each for each in names if each)
    return tuple(Count(*each) for each in sorted(counts.items(), key=lambda each: (-each[1], each[0]))[:most])
