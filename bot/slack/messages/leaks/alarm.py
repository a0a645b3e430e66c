"""Alarms about a leaked key: a new message, because one that is updated notifies nobody."""

from collections.abc import Sequence

from bot.domain.events import Event, Tag
from bot.domain.leaks.incident import Step, StepState, Whose
from bot.domain.lifecycle import IncidentState
from bot.domain.subjects import Timed
from bot.ports import OutboxItem
from bot.slack.messages.context import Scene
from bot.slack.messages.leaks.incident import BY_HAND_MOST, Leak, contain, joined, read
from bot.slack.text.formatting import more
from bot.slack.text.leaks import alarm as text
from bot.slack.text.leaks import news
from bot.slack.text.leaks import steps as said_of
from bot.slack.ui.blocks import Json, actions, context, section
from bot.slack.ui.message import Message

LINES_MOST = 8
SETTLED = frozenset({IncidentState.CONTAINED, IncidentState.CLOSED})
FAILED = frozenset({StepState.REFUSED, StepState.SKIPPED})


def alarm(scene: Scene, item: OutboxItem) -> Message | None:
    subject = Timed.parse(item.subject)
    leak = read(scene, subject.id)
    if leak is None:
        return None
    events = [each for each in scene.tx.audit.of(subject.id) if _same_second(each, subject)]
    said = _said(leak, events)
    failed = _failed(leak)
    by_hand = said_of.by_hand(leak.incident, failed, scene.now, BY_HAND_MOST) if leak.incident.is_open else ""
    pressed = contain(leak.incident)
    blocks: list[Json] = [
        *(section(each) for each in joined(said)),
        *([section(by_hand)] if by_hand else []),
        *([actions(pressed)] if pressed else []),
        context(text.details()),
    ]
    return Message(said[0], tuple(blocks))


def _same_second(event: Event, subject: Timed) -> bool:
    """What made the alarm necessary was recorded at its time."""
    return int(event.at.timestamp()) == int(subject.at.timestamp())


def _failed(leak: Leak) -> list[Step]:
    """Once it's contained, what is left are roles of which Latchkey can't end sessions: the message has those."""
    if leak.incident.state in SETTLED:
        return []
    return [each for each in leak.steps if each.state in FAILED]


def _said(leak: Leak, events: Sequence[Event]) -> list[str]:
    incident, it = leak.incident, leak.it
    found = [each.facts for each in events if each.tag is Tag.INCIDENT_FOUND]
    if found:
        all_made, contained = all(news.is_made(each) for each in found), incident.state in SETTLED
        lines = [f"• {news.line(each)}" for each in found[:LINES_MOST]]
        rest = [more(len(found) - LINES_MOST)] if len(found) > LINES_MOST else []
        return [text.made(it) if all_made else text.found(it, contained=contained), *lines, *rest]
    unread = next((each.facts["why"] for each in events if each.facts.get("check")), None)
    if unread is not None and incident.is_open and incident.unread is not None:
        return [text.unchecked(it, unread)]
    failed = _failed(leak)
    if incident.state in SETTLED:
        return [text.over(incident, it)]
    lines = said_of.states(incident, failed)[:LINES_MOST]
    if incident.state is IncidentState.REPORTED:
        return [text.unknown(it), *lines] if incident.whose is Whose.UNKNOWN and failed else [text.undecided(it)]
    refused = any(each.state is StepState.REFUSED for each in failed)
    return [text.refused(it) if refused else text.skipped(it), *lines]
