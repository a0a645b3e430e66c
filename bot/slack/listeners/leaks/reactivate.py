"""Reactivate a leaked key: each press is one person's agreement."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.ids import SlackUserId
from bot.flows.leaks.decisions import agree
from bot.slack.context import Deps
from bot.slack.ids import Action
from bot.slack.listeners import after_action
from bot.slack.text.leaks import answers
from bot.slack.ui import respond
from bot.slack.ui.respond import Body


def register(app: App, deps: Deps) -> None:
    app.action(Action.LEAK_REACTIVATE.value)(partial(press, deps))


def press(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    by = SlackUserId(respond.who(body))
    missing = agree.agree(deps, incident=respond.value(body), by=by, delivery=respond.delivery(body))
    after_action.settle(deps, body, answers.agreed(missing), always=True)
