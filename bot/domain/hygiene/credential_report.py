"""Parse AWS's credential report strictly: one unreadable cell rejects the whole report, and no value is guessed.

Columns and values: IAM User Guide, "Generate credential reports for your AWS account".
"""

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from bot.domain.errors import LatchkeyError
from bot.domain.schedule import aware
from bot.domain.usage.last_used import LastUsed

ROOT = "<root_account>"
OLDEST = timedelta(hours=4, minutes=15)  # AWS makes a new report if the last one is 4 h old
EARLY = timedelta(minutes=5)  # how far AWS's clock may be ahead of ours
JUST_MADE = timedelta(minutes=5)  # a user created this close to the report may be missing from it
NONE, NO_INFORMATION, NOT_SUPPORTED = "N/A", "no_information", "not_supported"
TRUTH = {"true": True, "false": False}
MORE = "additional_credentials_info"  # newer than the other columns, and not in every partition

_KEY = ("active", "last_rotated", "last_used_date", "last_used_region", "last_used_service")
COLUMNS = (
    "user",
    "arn",
    "user_creation_time",
    "password_enabled",
    "password_last_used",
    "password_last_changed",
    "password_next_rotation",
    "mfa_active",
    *(f"access_key_{slot}_{each}" for slot in (1, 2) for each in _KEY),
    *(f"cert_{number}_{each}" for number in (1, 2) for each in ("active", "last_rotated")),
)


class BadReport(LatchkeyError):
    """The report can't be relied on. The message is a sentence without its subject."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One of the two keys that the report shows for a user. It has no key id, so `made_at` identifies it."""

    number: int
    active: bool
    made_at: datetime
    used: LastUsed | None  # None: AWS doesn't report it


@dataclass(frozen=True, slots=True)
class Line:
    user: str
    arn: str
    created_at: datetime
    password: bool | None  # None: AWS doesn't report it, for example for the root user
    mfa: bool | None
    slots: tuple[Slot, ...]
    more: bool | None = None  # keys (or certificates) that don't fit in the columns


@dataclass(frozen=True, slots=True)
class Report:
    made_at: datetime
    lines: dict[str, Line]  # by user name, including the root user

    @property
    def root(self) -> Line | None:
        return self.lines.get(ROOT)


def read(content: bytes, made_at: datetime, now: datetime) -> Report:
    """Parse a report. Raises BadReport if it is stale, truncated or malformed."""
    age = now - aware(made_at)
    if age > OLDEST:
        raise BadReport(f"is stale: AWS made it at {made_at:%d %B %Y %H:%M} UTC, more than four hours ago")
    if age < -EARLY:
        raise BadReport(
            f"has a date in the future: AWS made it at {made_at:%d %B %Y %H:%M} UTC; check this machine's clock"
        )
    try:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""), strict=True))
    except UnicodeDecodeError:
        raise BadReport("is malformed: it isn't UTF-8") from None
    except csv.Error as wrong:
        raise BadReport(f"is malformed: it isn't CSV ({wrong})") from None
    lines: dict[str, Line] = {}
    for line in _lines(rows):
        if line.user in lines:
            raise BadReport(f"is malformed: it has two lines for {line.user}")
        lines[line.user] = line
    return Report(made_at, lines)


def must_cover(report: Report, users: Iterable[tuple[str, datetime]]) -> None:
    """Raises BadReport if the report is partial: a user that existed when it was made is missing."""
    missing = [name for name, made in users if name not in report.lines and made < report.made_at - JUST_MADE]
    if missing:
        raise BadReport(f"is partial: {len(missing)} of the account's users are missing, for example {missing[0]}")


def of_these(report: Report, users: Iterable[tuple[str, datetime]]) -> Report:
    """The report without lines of users that were deleted since and recreated under the same name."""
    stand = {name: made.replace(microsecond=0) for name, made in users}
    lines = {
        name: line
        for name, line in report.lines.items()
        if name not in stand or line.created_at.replace(microsecond=0) == stand[name]
    }
    return replace(report, lines=lines)


def _lines(rows: list[list[str]]) -> Iterator[Line]:
    head, *body = rows or [[]]
    if absent := [each for each in COLUMNS if each not in head]:
        raise BadReport(f"is malformed: the column {absent[0]} is missing")
    if not body:
        raise BadReport("is truncated: it has no lines, not even the root user's")
    for number, row in enumerate(body, start=2):
        if len(row) != len(head):
            what = "truncated" if number == len(body) + 1 and len(row) < len(head) else "malformed"
            raise BadReport(f"is {what}: line {number} has {len(row)} of {len(head)} columns")
        yield _Cells(number, dict(zip(head, row, strict=True))).line()


@dataclass(frozen=True, slots=True)
class _Cells:
    """One line, parsed cell by cell."""

    number: int
    cells: dict[str, str]

    def line(self) -> Line:
        user, arn, created = self.cells["user"], self.cells["arn"], self.moment("user_creation_time")
        if not user or not arn.startswith("arn:") or created is None:
            raise self.unread("user" if not user else "arn" if created else "user_creation_time")
        for each in (1, 2):  # unused, but this detects a truncated cell
            self.truth(f"cert_{each}_active"), self.moment(f"cert_{each}_last_rotated")
        slots = tuple(slot for slot in map(self.slot, (1, 2)) if slot is not None)
        return Line(user, arn, created, self.truth("password_enabled"), self.truth("mfa_active"), slots, self.more())

    def slot(self, number: int) -> Slot | None:
        """None if there is no key; AWS then writes false and N/A."""
        active = self.truth(f"access_key_{number}_active")
        made_at = self.moment(f"access_key_{number}_last_rotated")
        if active is None or (active and made_at is None):
            raise self.unread(f"access_key_{number}_{'last_rotated' if active else 'active'}")
        return Slot(number, active, made_at, self.used(f"access_key_{number}_last_used")) if made_at else None

    def used(self, key: str) -> LastUsed | None:
        if self.cells[f"{key}_date"] == NO_INFORMATION:
            return None
        at = self.moment(f"{key}_date")
        return LastUsed(at, self.word(f"{key}_service"), self.word(f"{key}_region")) if at else LastUsed(None)

    def moment(self, column: str) -> datetime | None:
        """None for N/A. A time without an offset is rejected: the report always includes one."""
        text = self.cells[column]
        if text == NONE:
            return None
        try:
            return aware(datetime.fromisoformat(text))
        except (ValueError, TypeError, OverflowError):
            raise self.unread(column) from None

    def truth(self, column: str) -> bool | None:
        text = self.cells[column].lower()
        if text in {NOT_SUPPORTED, NO_INFORMATION}:
            return None
        if text not in TRUTH:
            raise self.unread(column)
        return TRUTH[text]

    def word(self, column: str) -> str | None:
        """A service or a region; None if the report has none."""
        text = self.cells[column]
        return None if text in {NONE, NO_INFORMATION, NOT_SUPPORTED, ""} else text

    def more(self) -> bool | None:
        text = self.cells.get(MORE)
        return None if text is None else text not in {"", NONE, "0", "false"}

    def unread(self, column: str) -> BadReport:
        return BadReport(f"is malformed: line {self.number}, column {column} says {self.cells[column][:40]!r}")
