"""Not a key: the author of a message in a watched channel."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.ids import SlackUserId
from bot.domain.leaks.incident import Incident
from bot.domain.lifecycle import IncidentState
from bot.flows.leaks.decisions import dismiss
from bot.slack.context import Deps
from bot.slack.ids import Action
from bot.slack.messages.leaks import found_in_channel
from bot.slack.text.leaks import answers
from bot.slack.ui import respond
from bot.slack.ui.blocks import section
from bot.slack.ui.respond import Body


def register(app: App, deps: Deps) -> None:
    app.action(Action.LEAK_DISMISS.value)(partial(press, deps))


def press(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    by = SlackUserId(respond.who(body))
    found = dismiss.dismiss(deps, incident=respond.value(body), by=by, delivery=respond.delivery(body))
    deps.wake()
    said = answers.dismissed(found)
    rest = _others(deps, found, by)  # the question about them is in the message that this answer replaces
    shown = [section(said), *found_in_channel.question(rest).blocks] if rest else []
    respond.answer(deps, body, said, shown, instead=True)


def _others(deps: Deps, found: Incident, by: SlackUserId) -> list[Incident]:
    """Those of the same message that still wait."""
    with deps.work.begin() as tx:
        open_ = [each for each in tx.incidents.open_all() if each.state is IncidentState.REPORTED]
    return [each for each in open_ if each.reported_by == by and each.opened_at == found.opened_at]
