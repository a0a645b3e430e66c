"""The buttons of a pause, for admins: say why, and resume."""

from bot.domain.issuing.pause import PAUSED, Pause
from bot.slack.ids import Action
from bot.slack.text import labels
from bot.slack.ui.blocks import Json, actions, button


def switch(standing: Pause) -> Json:
    label = labels.CHANGE_REASON if standing.why else labels.ADD_REASON
    resume = button(labels.RESUME, Action.ISSUING_RESUME, PAUSED)
    return actions(button(label, Action.ISSUING_EXPLAIN, PAUSED), resume)
