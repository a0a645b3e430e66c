"""End sessions: of one role that a leaked key assumed."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.ids import SlackUserId
from bot.flows.leaks.decisions.end_sessions import end_sessions
from bot.slack.context import Deps
from bot.slack.ids import Action
from bot.slack.listeners import after_action
from bot.slack.text.leaks import answers
from bot.slack.ui import respond
from bot.slack.ui.respond import Body


def register(app: App, deps: Deps) -> None:
    app.action(Action.LEAK_SESSIONS.value)(partial(press, deps))


def press(deps: Deps, ack: Ack, body: Body) -> None:
    """The value is the incident's id, a space and the number of the step."""
    ack()
    incident, _, number = respond.value(body).partition(" ")
    step = end_sessions(
        deps,
        incident=incident,
        number=int(number) if number.isdecimal() and len(number) < 6 else 0,
        by=SlackUserId(respond.who(body)),
        delivery=respond.delivery(body),
    )
    after_action.settle(deps, body, answers.ending_sessions(step), always=True)
