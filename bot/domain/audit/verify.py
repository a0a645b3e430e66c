"""Find the first line of an audit export that was changed, removed, added or moved.

A line's own hash shows a change of its content, and the hash of the line before shows where lines don't follow each
other. Somebody who changes or adds a line can also compute its hash; then the lines after it say which one is wrong.
"""

import csv
import json
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain
from typing import Any

from bot.domain.audit.csv_export import as_csv, header, read
from bot.domain.audit.entry import CLOSING, NAMES, START, as_json, sound


@dataclass(frozen=True, slots=True)
class Read:
    """A line of the file, counted from 1. `line` is None if no export has such a line."""

    number: int
    line: dict[str, Any] | None

    @property
    def closes(self) -> bool:
        return self.line is not None and "count" in self.line

    def follows(self, before: "Read") -> bool:
        if self.line is None or before.line is None or before.closes:
            return False
        if self.closes:
            return bool(self.line["last_hash"] == before.line["hash"])
        return bool(self.line["previous_hash"] == before.line["hash"] and self.line["seq"] == before.line["seq"] + 1)


@dataclass(frozen=True, slots=True)
class Verdict:
    """`bad` is the number of the first wrong line, None if there is none; `cut` if the file ends too early."""

    events: int
    bad: int | None = None
    cut: bool = False
    last_hash: str = START
    first: int = 0  # number of the first event, 1 in a whole export; 0 without events


def verify(lines: Iterable[str]) -> Verdict:
    """The lines of a file, in the format that its first line shows. Memory doesn't grow with their number."""
    raw = iter(lines)
    first = next(raw, None)
    if first == header():
        return _check(Read(number, _csv(text)) for number, text in enumerate(raw, 2))
    whole = raw if first is None else chain((first,), raw)
    return _check(Read(number, _json(text)) for number, text in enumerate(whole, 1))


def _check(found: Iterator[Read]) -> Verdict:
    before = last = start = None
    events = 0
    for each in found:
        start = start or each
        if each.line is None:
            return Verdict(events, _or_first(start, None, each.number, each, *deque(found, 1)))
        if last is not None and not each.follows(last):
            after = next(found, None)
            wrong = each.number if last.closes else _wrong(before, last, each, after, events)
            return Verdict(events, _or_first(start, each if before is None else None, wrong, after, *deque(found, 1)))
        before, last = last, each
        events += not each.closes
    return _at_the_end(events, start, last)


def _or_first(start: Read, second: Read | None, wrong: int, *rest: Read | None) -> int:
    """The first line instead, if the export didn't begin with it: the closing line says which hash came before."""
    end = rest[-1]
    if end is None or end.line is None or not end.closes or start.line is None or start.closes:
        return wrong
    begins = end.line["first_previous_hash"]
    added = second is not None and second.line != start.line and (second.line or {}).get("previous_hash") == begins
    return start.number if added or start.line["previous_hash"] != begins else wrong


def _at_the_end(events: int, start: Read | None, last: Read | None) -> Verdict:
    if start is None or last is None or start.line is None or last.line is None:
        return Verdict(events, cut=True)
    if not last.closes:
        return Verdict(events, last.number + 1, cut=True)
    closing = last.line
    if start is not last and closing["first_previous_hash"] != start.line["previous_hash"]:
        return Verdict(events, start.number)  # what stood before it was removed
    if closing["count"] != events:
        return Verdict(events, last.number)
    return Verdict(events, last_hash=closing["last_hash"], first=start.line.get("seq", 0))


def _wrong(before: Read | None, last: Read, this: Read, after: Read | None, events: int) -> int:
    """Which of two lines that don't follow each other is wrong.

    It's the first of them if it was added, so that the second follows the line before it, or if its content was
    replaced, so that the second has the next number and is itself followed properly. Else it's the second: something
    was removed before it, or it was moved or added.
    """
    if last.line is None or this.line is None or last.line == this.line:
        return this.number
    if before is not None and this.follows(before):
        return last.number
    if this.closes:
        return last.number if this.line["count"] == events else this.number
    replaced = this.line["seq"] == last.line["seq"] + 1 and after is not None and after.follows(this)
    return last.number if replaced else this.number


def _json(text: str) -> dict[str, Any] | None:
    try:
        line = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return _fit(line) if isinstance(line, dict) and as_json(line) == text else None


def _csv(text: str) -> dict[str, Any] | None:
    try:
        (row,) = csv.reader([text], strict=True)
        line = _fit(read(row))
        return line if line is not None and as_csv(line) == text else None
    except (csv.Error, ValueError, KeyError, TypeError, RecursionError):
        return None


def _fit(line: dict[str, Any]) -> dict[str, Any] | None:
    """The line, if it's one of an export and its hash fits its content."""
    names = CLOSING if "count" in line else NAMES
    fits = tuple(line) == names and isinstance(line.get("seq", 0), int)
    return line if fits and sound(line) else None
