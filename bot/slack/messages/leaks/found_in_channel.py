"""What only the author of a message in a watched channel sees: which key it holds, and what to do about it."""

from collections.abc import Sequence

from bot.domain.leaks.incident import Incident, Whose
from bot.domain.lifecycle import IncidentState
from bot.slack.ids import Action
from bot.slack.text import labels
from bot.slack.text.leaks import channel as text
from bot.slack.text.leaks import dialogs
from bot.slack.ui.blocks import Json, actions, button, confirm, context, section
from bot.slack.ui.message import Message


def question(incidents: Sequence[Incident]) -> Message:
    blocks = [block for each in incidents for block in _of(each)]
    return Message(text.summary([each.access_key_id for each in incidents]), (*blocks, context(text.ONLY_YOU)))


def _of(incident: Incident) -> list[Json]:
    said = section(text.leaked(incident))
    if incident.state is not IncidentState.REPORTED:
        return [said]
    asked = confirm(dialogs.contain(session=incident.whose is Whose.SESSION))
    contain = button(labels.CONTAIN, Action.LEAK_CONTAIN, incident.id, style="danger", confirm=asked)
    return [said, actions(contain, button(labels.NOT_A_KEY, Action.LEAK_DISMISS, incident.id))]
