"""Alarms about a leaked key: a new message, because one that is updated notifies nobody."""

from bot.domain.events import Event, Tag
from bot.domain.incident import StepState, Whose
from bot.domain.lifecycle import IncidentState
from bot.domain.subjects import Timed
from bot.ports import OutboxItem
from bot.slack.messages.context import Scene
from bot.slack.messages.leaks.incident import BY_HAND_MOST, Leak, contain, joined, read
from bot.slack.text.leaks import alarm as text
from bot.slack.text.leaks import steps as said_of
from bot.slack.ui.blocks import Json, actions, context, section
from bot.slack.ui.message import Message

LINES_MOST = 8
NEWS = (Tag.INCIDENT_FOUND, Tag.INCIDENT_STEP_REFUSED, Tag.INCIDENT_ESCALATED)


def alarm(scene: Scene, item: OutboxItem) -> Message | None:
    subject = Timed.parse(item.subject)
    leak = read(scene, subject.id)
    if leak is None:
        return None
    said = _said(leak, _news(scene.tx.audit.of(subject.id), subject))
    by_hand = said_of.by_hand(leak.incident, leak.steps, scene.now, BY_HAND_MOST) if leak.incident.is_open else ""
    pressed = contain(leak.incident)
    blocks: list[Json] = [
        *(section(each) for each in joined(said)),
        *([section(by_hand)] if by_hand else []),
        *([actions(pressed)] if pressed else []),
        context(text.details()),
    ]
    return Message(said[0], tuple(blocks))


def _news(events: tuple[Event, ...], subject: Timed) -> Tag | None:
    """What made it necessary: what was recorded in the same second, by its weight."""
    then = {each.tag for each in events if int(each.at.timestamp()) == int(subject.at.timestamp())}
    return next((each for each in NEWS if each in then), None)


def _said(leak: Leak, news: Tag | None) -> list[str]:
    incident, it = leak.incident, leak.it
    settled = incident.state in {IncidentState.CONTAINED, IncidentState.CLOSED}
    failed = [each for each in leak.steps if each.state in {StepState.REFUSED, StepState.SKIPPED}]
    if settled and not failed:
        return [text.over(incident, it)]
    if news is Tag.INCIDENT_FOUND:
        late = [each for each in leak.steps if each.round]
        return [text.found(it), *said_of.states(incident, late)[:LINES_MOST]]
    if incident.state is IncidentState.REPORTED and incident.whose is Whose.UNKNOWN and failed:
        return [text.unknown(it), *said_of.states(incident, failed)[:LINES_MOST]]
    if incident.state is IncidentState.REPORTED:
        return [text.undecided(it)]
    lines = said_of.states(incident, failed)[:LINES_MOST]
    refused = any(each.state is StepState.REFUSED for each in failed)
    return [text.refused(it) if refused else text.skipped(it), *lines]
