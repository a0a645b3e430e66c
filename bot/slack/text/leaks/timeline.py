"""What happened to a leaked key, one line for each thing, oldest first."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from itertools import groupby

from bot.domain.events import LATCHKEY, Event, Tag
from bot.domain.leaks.incident import AGREE, BY_MACHINES, CHECKS, CONTAINABLE, Incident, Report, Source
from bot.slack.text.formatting import count, escape, link, listed, moment, more, person, when
from bot.slack.text.leaks import news

HOW = {
    Source.COMMAND: "with `{command} leaked`",
    Source.SHORTCUT: "from a message",
    Source.DISOWNED: "with *This wasn't me*",
    Source.CHANNEL: "in a watched channel",
    Source.QUARANTINE: "AWS quarantined its IAM user",
    Source.AWS_HEALTH: "AWS Health reports it as exposed",
    Source.GITHUB: "GitHub's secret scanning found it",
}
FIRST, LAST, NAMED = 12, 6, 5  # lines shown of many, and things named in one of them


def timeline(
    incident: Incident, reports: Sequence[Report], agreed: Sequence[str], events: Sequence[Event], *, command: str
) -> str:
    """`events` are the incident's own, oldest first."""
    lines = [f"• {each}" for each in _happened(incident, reports, agreed, events, command)]
    if (left := len(lines) - FIRST - LAST) > 1:
        lines = [*lines[:FIRST], f"• … {more(left)}", *lines[-LAST:]]
    return "\n".join(lines)


def _happened(
    incident: Incident, reports: Sequence[Report], agreed: Sequence[str], events: Sequence[Event], command: str
) -> Iterator[str]:
    yield _reported(incident, len(reports), command)
    if incident.paged_at is not None:
        who = "Owner and approvers" if incident.whose in CONTAINABLE else "Admins"
        yield f"{who} paged {_at(incident, incident.paged_at)}"
    yield from (f"Admins paged {_at(incident, each.at)}" for each in events if each.tag is Tag.INCIDENT_ESCALATED)
    if incident.contain_at is not None:
        yield _ordered(incident)
    yield from _acted(incident, events)
    if incident.check and incident.is_open:
        yield _checked(incident)
    if incident.unread and incident.is_open:
        yield f"What is new there is *unknown*: AWS didn't show it ({escape(incident.unread)}). Latchkey asks again"
    if incident.reactivated_at is not None:
        yield f"Reactivated {_at(incident, incident.reactivated_at)}, as {_people(agreed)} agreed"
    elif agreed and incident.is_open:
        yield f"{_people(agreed)} agreed to reactivate it: {len(agreed)} of {AGREE}"


def _at(incident: Incident, at: datetime | None) -> str:
    return when(at, incident.opened_at)


def _people(users: Sequence[str]) -> str:
    return listed([person(each) for each in users])


def _reported(incident: Incident, many: int, command: str) -> str:
    how = HOW[incident.source].format(command=command)
    by = f"Reported by {person(incident.reported_by)} " if incident.reported_by != LATCHKEY else "Reported "
    if incident.source is Source.CHANNEL:  # its author said nothing more
        by = f"Seen in a message{'' if incident.reported_by == LATCHKEY else f' by {person(incident.reported_by)}'} "
    others = f", and reported by {count(many - 1, 'other')}" if many > 1 else ""
    where = f" ({link(incident.link, 'details')})" if incident.link else ""
    how = f": {how}" if incident.source in BY_MACHINES else f", {how}"
    return f"{by}{moment(incident.opened_at)}{how}{where}{others}"


def _ordered(incident: Incident) -> str:
    if incident.contain_by in {None, LATCHKEY}:
        return f"Containment began {_at(incident, incident.contain_at)}: AWS accepted the secret that was pasted"
    return f"Containment began {_at(incident, incident.contain_at)}, by {person(incident.contain_by or '')}"


def _acted(incident: Incident, events: Sequence[Event]) -> Iterator[str]:
    """When it was contained, and what each check found."""
    contained = 0
    told = (each for each in events if each.tag in {Tag.INCIDENT_CONTAINED, Tag.INCIDENT_FOUND})
    for (tag, at), same in groupby(told, lambda each: (each.tag, each.at)):
        if tag is Tag.INCIDENT_FOUND:
            found = [news.line(each.facts) for each in same]
            rest = [more(len(found) - NAMED)] if len(found) > NAMED else []
            yield f"Found {_at(incident, at)}: {', '.join([*found[:NAMED], *rest])}"
            continue
        contained += 1
        took = at - (incident.contain_at or incident.opened_at)
        yield f"Contained {f'in {lasted(took)},' if contained == 1 else 'again'} {_at(incident, at)}"


def _checked(incident: Incident) -> str:
    following = f"; next {_at(incident, incident.check_at)}" if incident.check_at else ""
    return f"Checked again in AWS, {incident.check} of {len(CHECKS)} times{following}"


def lasted(length: timedelta) -> str:
    """Like "4 seconds", rounded up, so that nothing took no time."""
    seconds = max(int(length.total_seconds() + 0.999), 1)
    if seconds < 120:
        return count(seconds, "second")
    return count(seconds // 60, "minute") if seconds < 7200 else count(seconds // 3600, "hour")
