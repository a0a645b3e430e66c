"""Contain: the button of a reported key."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.ids import SlackUserId
from bot.flows.leaks import begin
from bot.slack.context import Deps
from bot.slack.ids import Action
from bot.slack.listeners import after_action
from bot.slack.text.leaks import answers
from bot.slack.ui import respond
from bot.slack.ui.respond import Body


def register(app: App, deps: Deps) -> None:
    app.action(Action.LEAK_CONTAIN.value)(partial(press, deps))


def press(deps: Deps, ack: Ack, body: Body) -> None:
    """Every press is answered: a second one with who was faster, and when."""
    ack()
    by = SlackUserId(respond.who(body))
    found = begin.contain(deps, incident=respond.value(body), by=by, delivery=respond.delivery(body))
    said = answers.contained(found, by)
    after_action.settle(deps, body, said if begin.worker_runs(deps) else answers.no_worker(said), always=True)
