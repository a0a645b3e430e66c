"""[[auto_approve]] tables of the catalog: what their values look like, and what they may name."""

import re
from collections.abc import Iterator, Mapping
from datetime import time, timedelta
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, StrictStr

from bot.config.catalog_rules import Fault
from bot.config.catalog_schema import DAYS, Duration, EntitlementRow, Requester, Row, groups_in, people_in
from bot.domain.errors import BadDuration
from bot.domain.ids import EntitlementId
from bot.domain.requests.auto_approve import AutoApprove, Hours, Quota
from bot.domain.schedule import parse_duration, write_duration

QUOTA_MOST = 1000  # requests, and
QUOTA_SPAN = timedelta(days=366)  # the longest span: each approval counts them
TABLE = "auto_approve"

_DAY = f"({'|'.join(DAYS)})"
_DAYS = re.compile(rf"{_DAY}(-{_DAY})?")
_TIMES = re.compile(r"([0-2]\d:[0-5]\d)-([0-2]\d:[0-5]\d)", re.ASCII)
_SHAPE = 'days and times, like "Mon-Fri 08:00-19:00" or "Sat,Sun 10:00-24:00"'


def _quota(value: object) -> Quota:
    most, slash, per = value.partition("/") if isinstance(value, str) else ("", "", "")
    if not slash or not re.fullmatch(r"[1-9][0-9]{0,3}", most, re.ASCII) or int(most) > QUOTA_MOST:
        raise ValueError(f'{value!r} isn\'t a quota; write a number and a duration, like "3/7d"')
    try:
        span = parse_duration(per)
    except BadDuration as wrong:
        raise ValueError(f"{value!r} isn't a quota: {wrong}") from None
    if span > QUOTA_SPAN:
        raise ValueError(f"{value!r} counts too far back; count at most {write_duration(QUOTA_SPAN)}")
    return Quota(int(most), span)


def _hours(value: object) -> Hours:
    written, _, times = value.lower().partition(" ") if isinstance(value, str) else ("", "", "")
    found = _TIMES.fullmatch(times)
    if found is None or not all(map(_DAYS.fullmatch, written.split(","))):
        raise ValueError(f"{value!r} isn't {_SHAPE}")
    begin, end = map(_time, found.groups())
    if found[1] >= found[2] or begin is None or end is None or found[1].startswith("24"):
        raise ValueError(f"{value!r} must end after it begins, between 00:00 and 24:00; for a night, write two rules")
    days = frozenset(day for each in written.split(",") for day in _days(each))
    return Hours(days, begin, end)


def _time(text: str) -> time | None:
    if text == "24:00":
        return time(0)
    try:
        return time.fromisoformat(text)
    except ValueError:
        return None


def _days(text: str) -> Iterator[int]:
    """Mon-Fri is five days, and Sat-Mon three."""
    first, _, last = text.partition("-")
    begin = DAYS.index(first)
    yield from ((begin + each) % 7 for each in range((DAYS.index(last or first) - begin) % 7 + 1))


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        raise ValueError(
            f"{name!r} isn't a time zone that this machine knows; write one like Europe/Berlin, and install tzdata if "
            "it's missing"
        ) from None
    return name


def _named(names: tuple[str, ...]) -> tuple[str, ...]:
    if not names:
        raise ValueError("is empty; write the ids of the entitlements that this rule may approve")
    return names


class AutoApproveRow(Row):
    entitlements: Annotated[tuple[StrictStr, ...], AfterValidator(_named)]
    requesters: tuple[Requester, ...] = ()
    max_duration: Duration | None = None
    quota: Annotated[Quota, BeforeValidator(_quota)] | None = None
    hours: Annotated[Hours, BeforeValidator(_hours)] | None = None
    time_zone: Annotated[StrictStr, AfterValidator(_zone)] = "UTC"


def of_rule(row: AutoApproveRow, entitlements: Mapping[str, EntitlementRow | None]) -> Iterator[Fault]:
    """A None is an entitlement with mistakes of its own: it exists, but isn't checked further."""
    for name in row.entitlements:
        found = entitlements.get(name)
        if name not in entitlements:
            yield "entitlements", f"{name!r} doesn't exist; write the id of an entitlement"
        elif found is not None and found.dangerous:
            yield "entitlements", f"{name!r} is dangerous, so people have to approve it; leave it out"
        elif found is not None and row.max_duration is not None and row.max_duration > found.max_duration:
            longest = write_duration(found.max_duration)
            yield "max_duration", f"is over the max_duration of {name!r}; write {longest} or less"


def rule(number: int, row: AutoApproveRow) -> AutoApprove:
    return AutoApprove(
        number=number,
        entitlements=tuple(map(EntitlementId, row.entitlements)),
        people=people_in(row.requesters),
        usergroups=groups_in(row.requesters),
        max_duration=row.max_duration,
        quota=row.quota,
        hours=row.hours,
        time_zone=row.time_zone,
    )
