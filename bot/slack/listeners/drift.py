"""The button on a drift message: the worker repairs AWS, or the ledger is updated."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.ids import SlackUserId
from bot.flows.drift import repair_request
from bot.slack.context import Deps
from bot.slack.ids import Action
from bot.slack.listeners import after_action
from bot.slack.text import drift
from bot.slack.ui import respond
from bot.slack.ui.respond import Body


def register(app: App, deps: Deps) -> None:
    app.action(Action.DIFFERENCE_MEND.value)(partial(press, deps))


def press(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    repair_request.repair(
        deps, difference=respond.value(body), by=SlackUserId(respond.who(body)), delivery=respond.delivery(body)
    )
    after_action.settle(deps, body, drift.on_its_way())
