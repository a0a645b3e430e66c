"""Not a key: the author of a message in a watched channel."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.ids import SlackUserId
from bot.flows.leaks.decisions import dismiss
from bot.slack.context import Deps
from bot.slack.ids import Action
from bot.slack.text.leaks import answers
from bot.slack.ui import respond
from bot.slack.ui.respond import Body


def register(app: App, deps: Deps) -> None:
    app.action(Action.LEAK_DISMISS.value)(partial(press, deps))


def press(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    by = SlackUserId(respond.who(body))
    found = dismiss.dismiss(deps, incident=respond.value(body), by=by, delivery=respond.delivery(body))
    deps.wake()
    respond.answer(deps, body, answers.dismissed(found), instead=True)
