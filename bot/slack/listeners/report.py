"""Report: send an account's report to the person who asks for it."""

from functools import partial

from slack_bolt import Ack, App

from bot.domain.ids import SlackUserId
from bot.flows.hygiene import account_report
from bot.slack.context import Deps
from bot.slack.ids import Action
from bot.slack.listeners import after_action
from bot.slack.text.hygiene import reports
from bot.slack.ui import respond
from bot.slack.ui.respond import Body


def register(app: App, deps: Deps) -> None:
    app.action(Action.ACCOUNT_REPORT.value)(partial(press, deps))


def press(deps: Deps, ack: Ack, body: Body) -> None:
    """On an admin's Home: the value is the account's name."""
    ack()
    by, account = SlackUserId(respond.who(body)), respond.value(body)
    accounts = account_report.ask(deps, named=account, by=by, delivery=respond.delivery(body))
    after_action.settle(deps, body, reports.coming(accounts))


def command(deps: Deps, ack: Ack, body: Body, rest: str) -> None:
    accounts = account_report.ask(deps, named=rest, by=SlackUserId(respond.who(body)), delivery=respond.delivery(body))
    ack(text=reports.coming(accounts), response_type="ephemeral")
    deps.wake()


def send(deps: Deps, ack: Ack, body: Body) -> None:
    """The menu's button."""
    ack()
    accounts = account_report.ask(deps, named="", by=SlackUserId(respond.who(body)), delivery=respond.delivery(body))
    deps.wake()
    respond.answer(deps, body, reports.coming(accounts))


COMMANDS = {"report": command}
