"""The weekly account report: the age of its keys, how long they have been idle, and what happened to the findings."""

import heapq
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from bot.domain.hygiene.finding import FindingKind
from bot.domain.leaks.incident import Incident
from bot.domain.replacement.means import Means
from bot.domain.usage.last_used import LastUsed

WEEK = timedelta(days=7)
OLDEST = 10
AGES = (30, 60, 90, 180, 365)  # days; the last bar is everything older
IDLE = (1, 7, 30, 45, 90)
NEVER, UNKNOWN = "never used", "not known"


NOT_NAMED = "not named"  # AWS's report has no key ids, and the key has no finding


@dataclass(frozen=True, slots=True)
class Standing:
    """An active key as inventory last saw it. `used` is None if AWS didn't report its last use."""

    name: str  # its access key id, or NOT_NAMED
    user: str
    owner: str | None
    made_at: datetime
    used: LastUsed | None

    @property
    def known_id(self) -> str | None:
        return None if self.name == NOT_NAMED else self.name


@dataclass(frozen=True, slots=True)
class FindingSpan:
    """A finding's kind, and when it was opened and closed."""

    kind: FindingKind
    opened_at: datetime
    closed_at: datetime | None


@dataclass(frozen=True, slots=True)
class Bar:
    label: str
    keys: int


@dataclass(frozen=True, slots=True)
class Row:
    """Counts for one kind of finding: opened and closed within the week, and still open at its end."""

    kind: FindingKind
    opened: int
    closed: int
    standing: int


@dataclass(frozen=True, slots=True)
class Leaks:
    """Incidents of leaked keys: opened and closed within the week, and still open at its end."""

    opened: int
    closed: int
    standing: int
    contained_in: timedelta | None  # median of those opened within the week, from the order to the last step


@dataclass(frozen=True, slots=True)
class Picture:
    account: str
    since: datetime
    until: datetime
    keys: int
    ages: tuple[Bar, ...]
    idle: tuple[Bar, ...]
    findings: tuple[Row, ...]
    remedied_in: timedelta | None  # median of those closed within the week
    oldest: tuple[Standing, ...]
    replaced: Mapping[Means, int] = field(default_factory=dict)  # keys that ended, by what took their place
    leaks: Leaks | None = None  # None: there was none


@dataclass(slots=True)
class _Bars:
    edges: Sequence[int]
    extra: tuple[str, ...] = ()
    counts: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.counts = dict.fromkeys((*_labels(self.edges), *self.extra), 0)

    def add(self, span: timedelta) -> None:
        inside = sum(span >= timedelta(days=edge) for edge in self.edges)
        self.counts[_labels(self.edges)[inside]] += 1

    def bars(self) -> tuple[Bar, ...]:
        return tuple(Bar(label, keys) for label, keys in self.counts.items())


def _labels(edges: Sequence[int]) -> list[str]:
    between = [f"{low} to {high} d" for low, high in pairwise(edges)]
    return [f"under {edges[0]} d", *between, f"over {edges[-1]} d"]


def draw(account: str, keys: Iterable[Standing], findings: Iterable[FindingSpan], until: datetime) -> Picture:
    """Read each key and each finding once, keeping only the ten oldest keys in memory."""
    since = until - WEEK
    ages, idle = _Bars(AGES), _Bars(IDLE, (NEVER, UNKNOWN))
    counted, oldest = 0, list[tuple[float, int, Standing]]()
    for key in keys:
        counted += 1
        ages.add(until - key.made_at)
        if key.used is None:
            idle.counts[UNKNOWN] += 1
        elif key.used.at is None:
            idle.counts[NEVER] += 1
        else:
            idle.add(until - key.used.at)
        keep = heapq.heappush if len(oldest) < OLDEST else heapq.heappushpop
        keep(oldest, (-key.made_at.timestamp(), -counted, key))
    rows, spans = _told(findings, since, until)
    return Picture(
        account, since, until, counted, ages.bars(), idle.bars(), rows, _median(spans),
        tuple(key for _, _, key in sorted(oldest, reverse=True)),
    )  # fmt: skip


def _told(findings: Iterable[FindingSpan], since: datetime, until: datetime) -> tuple[tuple[Row, ...], list[timedelta]]:
    counts: dict[FindingKind, list[int]] = {}
    spans: list[timedelta] = []
    for each in findings:
        if each.opened_at >= until or (each.closed_at is not None and each.closed_at < since):
            continue
        row = counts.setdefault(each.kind, [0, 0, 0])
        row[0] += each.opened_at >= since
        closed = each.closed_at is not None and each.closed_at < until
        row[1 if closed else 2] += 1
        if closed and each.closed_at is not None:
            spans.append(each.closed_at - each.opened_at)
    return tuple(Row(kind, *counts[kind]) for kind in FindingKind if kind in counts), spans


def leaks(incidents: Iterable[Incident], until: datetime) -> Leaks | None:
    since = until - WEEK
    seen = [
        each for each in incidents if each.opened_at < until and (each.closed_at is None or each.closed_at >= since)
    ]
    fresh = [each for each in seen if each.opened_at >= since]
    closed = sum(each.closed_at is not None and each.closed_at < until for each in seen)
    times = (each.contained_at - each.contain_at for each in fresh if each.contained_at and each.contain_at)
    return Leaks(len(fresh), closed, len(seen) - closed, _median(list(times))) if seen else None


def _median(spans: Sequence[timedelta]) -> timedelta | None:
    return timedelta(seconds=median(each.total_seconds() for each in spans)) if spans else None
