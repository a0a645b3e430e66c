"""The pause of issuing: who began it, when and why, and when it was over, read from the audit log."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from bot.domain.events import Event, Tag

PAUSED = "paused"
"""The flag that stops issuing while it is set, and the subject of the pause's audit events."""
SUBJECT = "issuing"
"""What the messages about it are about, beside the time at which it began."""


@dataclass(frozen=True, slots=True)
class Pause:
    by: str
    since: datetime
    why: str = ""
    resumed_by: str | None = None
    resumed_at: datetime | None = None


def pauses(events: Iterable[Event]) -> tuple[Pause, ...]:
    """In order of time; only the last one may still stand. A second pause while one stands is no new one."""
    found: list[Pause] = []
    for each in events:
        stands = bool(found) and found[-1].resumed_at is None
        if each.tag is Tag.ISSUING_PAUSED and not stands:
            found.append(Pause(each.actor, each.at, each.facts.get("justification", "")))
        elif each.tag is Tag.ISSUING_EXPLAINED and stands:
            found[-1] = replace(found[-1], why=each.facts.get("justification", ""))
        elif each.tag is Tag.ISSUING_RESUMED and stands:
            found[-1] = replace(found[-1], resumed_by=each.actor, resumed_at=each.at)
    return tuple(found)


def begun_at(events: Iterable[Event], since: datetime) -> Pause | None:
    """The pause that began in this second: a message's subject holds no more."""
    return next((each for each in pauses(events) if int(each.since.timestamp()) == int(since.timestamp())), None)
