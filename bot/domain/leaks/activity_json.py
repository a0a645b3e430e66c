"""An Activity as JSON for its column, and back. What doesn't fit exactly is refused, because it would be shown."""

from collections.abc import Callable, Mapping
from dataclasses import fields
from datetime import datetime
from typing import Any, TypeVar

from bot.domain.ids import AccessKeyId
from bot.domain.leaks.activity import Activity, Session
from bot.domain.leaks.offspring import Made, MadeKind
from bot.domain.leaks.trail_changes import Change
from bot.domain.usage.key_usage import Count, Unread

Row = TypeVar("Row", Activity, Change, Session, Made)
Reader = Callable[[Any], Any]
ROWS = (Change, Session, Made)


def written(activity: Activity) -> dict[str, Any]:
    return {each.name: _plain(getattr(activity, each.name)) for each in fields(activity)}


def read(stored: object) -> Activity:
    """Raises ValueError."""
    return _row(Activity, stored, ACTIVITY)


def _plain(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, Count):
        return [value.name, value.calls]
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    if isinstance(value, ROWS):
        return {each.name: _plain(getattr(value, each.name)) for each in fields(value)}
    return value


def _row(kind: type[Row], stored: object, readers: Mapping[str, Reader]) -> Row:
    if not isinstance(stored, dict) or stored.keys() != readers.keys():
        raise ValueError(f"this is no stored {kind.__name__}")
    return kind(**{name: reader(stored[name]) for name, reader in readers.items()})


def _moment(stored: object) -> datetime:
    at = datetime.fromisoformat(_text(stored))
    if at.tzinfo is None:
        raise ValueError("a time without its zone")
    return at


def _text(stored: object) -> str:
    if isinstance(stored, str):
        return stored
    raise ValueError(f"not a text: {type(stored).__name__}")


def _number(stored: object) -> int:
    if not isinstance(stored, int) or isinstance(stored, bool) or stored < 0:
        raise ValueError("not a count")
    return stored


def _flag(stored: object) -> bool:
    if isinstance(stored, bool):
        return stored
    raise ValueError("neither true nor false")


def _key(stored: object) -> AccessKeyId:
    return AccessKeyId(_text(stored))


def _or_none(reader: Reader) -> Reader:
    return lambda stored: None if stored is None else reader(stored)


def _many(reader: Reader) -> Reader:
    def each(stored: object) -> tuple[Any, ...]:
        if isinstance(stored, list):
            return tuple(reader(one) for one in stored)
        raise ValueError("not a list")

    return each


def _count(stored: object) -> Count:
    if not isinstance(stored, list) or len(stored) != 2:
        raise ValueError("not a pair")
    return Count(_text(stored[0]), _number(stored[1]))


CHANGE: Mapping[str, Reader] = {
    "at": _moment,
    "call": _text,
    "target": _or_none(_text),
    "detail": _or_none(_text),
    "key": _or_none(_key),
    "by": _or_none(_key),
    "region": _text,
    "network": _or_none(_text),
    "grave": _flag,
}
SESSION: Mapping[str, Reader] = {
    "at": _moment,
    "call": _text,
    "role": _or_none(_text),
    "key": _or_none(_key),
    "by": _or_none(_key),
}
MADE: Mapping[str, Reader] = {
    "kind": MadeKind,
    "name": _text,
    "on": _or_none(_text),
    "at": _moment,
    "by": _or_none(_key),
}
COUNTS = ("secrets", "services", "networks", "tools", "regions", "refused", "roles")
ACTIVITY: Mapping[str, Reader] = {
    **dict.fromkeys(("since", "read_at"), _moment),
    **dict.fromkeys(("reported_at", "first_seen", "last_seen"), _or_none(_moment)),
    **dict.fromkeys(("calls", "after", "denied", "changed"), _number),
    **dict.fromkeys(COUNTS, _many(_count)),
    **dict.fromkeys(("looked_in", "missed"), _many(_text)),
    "unread": _or_none(Unread),
    "complete": _flag,
    "changes": _many(lambda stored: _row(Change, stored, CHANGE)),
    "sessions": _many(lambda stored: _row(Session, stored, SESSION)),
    "made": _many(lambda stored: _row(Made, stored, MADE)),
}
