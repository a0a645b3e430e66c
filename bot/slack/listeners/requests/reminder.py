"""Remind the approvers now: the button on the requester's waiting message."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.ids import RequestId, SlackUserId
from bot.flows.requests import approval_reminders
from bot.slack.context import Deps
from bot.slack.ids import Action
from bot.slack.listeners import after_action
from bot.slack.text import requests
from bot.slack.ui import respond
from bot.slack.ui.respond import Body


def register(app: App, deps: Deps) -> None:
    app.action(Action.REQUEST_NUDGE.value)(partial(press, deps))


def press(deps: Deps, ack: Ack, body: Body) -> None:
    ack()
    approval_reminders.remind_now(
        deps, request=RequestId(respond.value(body)), by=SlackUserId(respond.who(body)), delivery=respond.delivery(body)
    )
    after_action.settle(deps, body, requests.reminded(), always=True)
